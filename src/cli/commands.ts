import { type ApiCommandPlan, apiCommand } from './api-command.ts';
import { auditCommand } from './audit.ts';
import { backUpCommand } from './back-up.ts';
import { bulkCommands } from './bulk.ts';
import { clientCommands } from './clients.ts';
import type { Command } from './command.ts';
import { completionCommand } from './completion.ts';
import { configCommand } from './config.ts';
import { dbEpochCommand } from './db-epoch.ts';
import { dbMoveCommand } from './db-move.ts';
import { demoCommand } from './demo.ts';
import type { Describe } from './description.ts';
import { deviceCommands } from './devices.ts';
import { doctorCommand } from './doctor.ts';
import { endpointCommands } from './endpoints.ts';
import { exportCommand } from './export.ts';
import { issueCommand } from './issue.ts';
import { passCommands } from './passes.ts';
import { peopleCommands } from './people.ts';
import { placeCommands } from './places.ts';
import { programmeCommands } from './programmes.ts';
import { reportCommands } from './reports.ts';
import { restoreCommand } from './restore.ts';
import { sandboxCommands } from './sandbox.ts';
import { serveCommand } from './serve.ts';

/** What stands in the table: a command, or the plan of one that is a route of the API. */
export type Entry = Command | ApiCommandPlan;

/** Every command. Help, completion and the tests of each are driven by this table. */
export const entries: readonly Entry[] = [
  demoCommand,
  serveCommand,
  doctorCommand,
  configCommand,
  auditCommand,
  backUpCommand,
  restoreCommand,
  exportCommand,
  dbMoveCommand,
  dbEpochCommand,
  issueCommand,
  ...bulkCommands,
  ...passCommands,
  ...sandboxCommands,
  ...reportCommands,
  ...programmeCommands,
  ...placeCommands,
  ...clientCommands,
  ...endpointCommands,
  ...deviceCommands,
  ...peopleCommands,
  completionCommand,
];

/** The command of an entry. */
export function commandOf(entry: Entry, describe: Describe): Command {
  return 'run' in entry ? entry : apiCommand(entry, describe);
}

/** All of them. */
export function commandsOf(describe: Describe): Command[] {
  return entries.map((entry) => commandOf(entry, describe));
}
