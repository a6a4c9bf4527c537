import type { Sample } from './collections.ts';

const description = `Every call of a partner or a venue. Set the variables \`baseUrl\`, \`programId\`, \`clientId\` and \`secret\` of
the collection; the token is fetched before the first request and again shortly before it ends. A client that signs with a
private key leaves \`clientId\` empty and puts a token of its own into \`token\`.`;

/** Fetches a token when there is none, or another client's, or it ends within a minute. */
const fetchToken = `const read = (name) => pm.variables.get(name);
const keep = pm.collectionVariables;
const whose = [read('baseUrl'), read('clientId')].join(' ');
const isGood = read('tokenOf') === whose && Number(read('tokenUntil')) > Date.now();
if (read('clientId') && !isGood) {
  const body = JSON.stringify({ clientId: read('clientId'), secret: read('secret') });
  pm.sendRequest(
    {
      url: read('baseUrl') + '/v2/auth/token',
      method: 'POST',
      header: { 'Content-Type': 'application/json' },
      body: { mode: 'raw', raw: body },
    },
    (problem, response) => {
      if (problem || response.code !== 200) throw new Error('no token: ' + (problem || response.text()));
      const { token, expiresIn } = response.json().data;
      keep.set('token', token);
      keep.set('tokenOf', whose);
      keep.set('tokenUntil', String(Date.now() + (expiresIn - 60) * 1000));
    },
  );
}`;

const variable = (key: string, value: string) => ({ key, value, type: 'string' });

/** A Postman collection, version 2.1. */
export function postmanCollection(samples: readonly Sample[]): object {
  const tags = [...new Set(samples.map(({ tag }) => tag))];
  return {
    info: {
      name: 'Passdesk',
      description,
      schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json',
    },
    auth: { type: 'bearer', bearer: [variable('token', '{{token}}')] },
    event: [{ listen: 'prerequest', script: { type: 'text/javascript', exec: fetchToken.split('\n') } }],
    variable: [
      variable('baseUrl', 'http://127.0.0.1:8080'),
      variable('programId', 'DEMO'),
      variable('clientId', 'demo-partner'),
      variable('secret', ''),
      variable('token', ''),
      variable('tokenOf', ''),
      variable('tokenUntil', '0'),
    ],
    item: tags.map((tag) => ({ name: tag, item: samples.filter((one) => one.tag === tag).map(itemOf) })),
  };
}

function itemOf(sample: Sample) {
  return {
    name: sample.summary,
    request: {
      method: sample.method,
      description: [sample.summary, sample.description].filter(Boolean).join('. '),
      ...(sample.authorized ? {} : { auth: { type: 'noauth' } }),
      header: headersOf(sample),
      url: urlOf(sample),
      ...(sample.body === null ? {} : { body: bodyOf(sample.body) }),
    },
    response: [],
  };
}

function headersOf({ authorized, body }: Sample) {
  const type = body === null ? [] : [{ key: 'Content-Type', value: body.type }];
  const programme = authorized ? [{ key: 'X-Program-ID', value: '{{programId}}' }] : [];
  return [...type, ...programme, { key: 'X-Request-ID', value: '{{$guid}}' }];
}

function urlOf({ path, inPath, inQuery }: Sample) {
  const placed = path.replace(/\{(\w+)\}/g, ':$1');
  // Those that may be left out are there to be switched on.
  const query = inQuery.map(({ name, required, description }) => ({
    key: name,
    value: '',
    description,
    ...(required ? {} : { disabled: true }),
  }));
  return {
    raw: `{{baseUrl}}${placed}`,
    host: ['{{baseUrl}}'],
    path: placed.slice(1).split('/'),
    ...(query.length === 0 ? {} : { query }),
    ...(inPath.length === 0 ? {} : { variable: inPath.map(({ name, value }) => ({ key: name, value })) }),
  };
}

function bodyOf({ type, text }: NonNullable<Sample['body']>) {
  return { mode: 'raw', raw: text, options: { raw: { language: type === 'application/json' ? 'json' : 'text' } } };
}
