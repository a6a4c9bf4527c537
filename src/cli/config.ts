import { type Command, exit, flagOf } from './command.ts';

export const configCommand: Command = {
  name: 'config',
  what: 'Show every setting: what is in force, where it comes from, what it would be',
  group: 'run',
  settings: ['HOST', 'PORT', 'DATA_DIR', 'DATABASE_URL'],
  more: 'Settings are environment variables; commands that use one also take it as a flag. Secrets are hidden.',
  examples: [
    ['config', 'What is in force in this environment.'],
    ['config --port 9000', 'What would be with a flag.'],
    ['config --json', 'One line for each setting.'],
  ],
  async run(given, { environment, outside, print }) {
    const settings = outside.settings(environment).map((setting) => {
      const { name, value, standard, what, secret } = setting;
      const byFlag = given.text(flagOf(name)) !== null;
      return {
        name,
        value,
        source: byFlag ? 'flag' : setting.given ? 'environment' : 'default',
        default: standard,
        secret,
        what,
      };
    });
    print.items(settings, [
      ['setting', 'name'],
      ['value', 'value'],
      ['source', 'source'],
      ['default', 'default'],
      ['what it is', 'what'],
    ]);
    return exit.ok;
  },
};
