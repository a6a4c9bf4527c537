import type { Sample } from './collections.ts';

/** Fetches a token when there is none, or another client's, or it ends within a minute. */
const fetchToken = `const baseUrl = bru.getEnvVar('baseUrl');
const clientId = bru.getEnvVar('clientId');
const whose = baseUrl + ' ' + clientId;
const isGood = bru.getVar('tokenOf') === whose && Number(bru.getVar('tokenUntil')) > Date.now();
if (clientId && !isGood) {
  const answer = await bru.sendRequest({
    method: 'POST',
    url: baseUrl + '/v2/auth/token',
    headers: { 'Content-Type': 'application/json' },
    data: { clientId, secret: bru.getEnvVar('secret') },
  });
  const { token, expiresIn } = answer.data.data;
  bru.setVar('token', token);
  bru.setVar('tokenOf', whose);
  bru.setVar('tokenUntil', Date.now() + (expiresIn - 60) * 1000);
}`;

const docs = `Every call of a partner or a venue. Choose the environment Local (or copy it), and set its \`secret\`; the token is fetched
before the first request and again shortly before it ends. A client that signs with a private key leaves \`clientId\` empty
and puts a token of its own into the variable \`token\`.`;

const indented = (text: string) => text.replace(/^(?=.)/gm, '  ');
const block = (name: string, text: string) => `${name} {\n${indented(text)}\n}\n`;
const pairs = (name: string, values: readonly (readonly [string, string])[]) =>
  block(name, values.map(([key, value]) => `${key}: ${value}`.trimEnd()).join('\n'));

/** A collection of Bruno by the paths of its files. */
export function brunoFiles(samples: readonly Sample[]): Record<string, string> {
  const tags = [...new Set(samples.map(({ tag }) => tag))];
  const settings = { version: '1', name: 'Passdesk', type: 'collection', ignore: [] };
  return {
    'bruno.json': `${JSON.stringify(settings, null, 2)}\n`,
    'collection.bru': [
      pairs('auth', [['mode', 'bearer']]),
      pairs('auth:bearer', [['token', '{{token}}']]),
      block('script:pre-request', fetchToken),
      block('docs', docs),
    ].join('\n'),
    'environments/Local.bru': [
      pairs('vars', [
        ['baseUrl', 'http://127.0.0.1:8080'],
        ['programId', 'DEMO'],
        ['clientId', 'demo-partner'],
      ]),
      'vars:secret [\n  secret\n]\n',
    ].join(''),
    ...Object.fromEntries(
      tags.flatMap((tag) =>
        samples
          .filter((one) => one.tag === tag)
          .map((sample, index) => [`${tag}/${sample.operationId}.bru`, requestFile(sample, index + 1)]),
      ),
    ),
  };
}

function requestFile(sample: Sample, place: number): string {
  const { summary, description, method, path, inPath, inQuery, body, authorized } = sample;
  const url = `{{baseUrl}}${path.replace(/\{(\w+)\}/g, ':$1')}`;
  const isJson = body?.type === 'application/json';
  const kind = body === null ? 'none' : isJson ? 'json' : 'text';
  const type = body === null || isJson ? [] : [['Content-Type', body.type] as const];
  const programme = authorized ? [['X-Program-ID', '{{programId}}'] as const] : [];
  return [
    pairs('meta', [
      ['name', summary],
      ['type', 'http'],
      ['seq', String(place)],
    ]),
    pairs(method.toLowerCase(), [
      ['url', url],
      ['body', kind],
      ['auth', authorized ? 'inherit' : 'none'],
    ]),
    // Those that may be left out are there to be switched on.
    ...(inQuery.length === 0
      ? []
      : [
          pairs(
            'params:query',
            inQuery.map(({ name, required }) => [required ? name : `~${name}`, '']),
          ),
        ]),
    ...(inPath.length === 0
      ? []
      : [
          pairs(
            'params:path',
            inPath.map(({ name, value }) => [name, value]),
          ),
        ]),
    pairs('headers', [...type, ...programme, ['X-Request-ID', '{{$guid}}']]),
    ...(body === null ? [] : [block(`body:${kind}`, body.text)]),
    block('docs', [`${summary}.`, description].filter(Boolean).join('\n\n')),
  ].join('\n');
}
