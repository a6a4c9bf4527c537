import type { OperationId } from '../contract/routes.ts';
import { type Api, type ApiRequest, apiFlags, connect, type Role } from './api.ts';
import { CliProblem, type Command, exit, type Given, type Shell } from './command.ts';
import type { Describe, Operation } from './description.ts';
import type { Column } from './print.ts';
import { constantsOf, type FieldFlag, fieldFlags, putFields, type Schema } from './schema-flags.ts';

/** A command that is one route of the API: its flags are the fields of the route's own schemas. */
export interface ApiCommandPlan {
  readonly name: string;
  readonly group: Command['group'];
  readonly operationId: OperationId;
  /** Instead of the route's own summary. */
  readonly what?: string;
  readonly as?: Role;
  /** Fields that are words instead of flags, in their order. */
  readonly words?: readonly string[];
  /** Fields that the command puts in by itself. */
  readonly fixed?: Readonly<Record<string, unknown>>;
  /** Fields of the body that follow from the words. */
  readonly fill?: (words: Readonly<Record<string, string>>) => Record<string, unknown>;
  /** The field of the answer that holds the items of a list, and what of each to show. */
  readonly list?: ListPlan;
  /** Only these fields are flags; all of them unless given. */
  readonly only?: readonly string[];
  /** Fields whose flag names a file that holds their value. */
  readonly files?: readonly string[];
  /** The route that gives the same as CSV. */
  readonly csv?: OperationId;
  /** Said on standard error after it went well, such as that a secret is shown once. */
  readonly note?: string;
  readonly examples: Command['examples'];
}

/** How a list is shown. */
interface ListPlan {
  readonly items: string;
  readonly columns?: readonly Column[];
  /** With `--json` the whole answer as one document: what stands beside the items matters. */
  readonly whole?: true;
}

interface Fields {
  readonly params: readonly string[];
  readonly query: readonly FieldFlag[];
  readonly body: readonly FieldFlag[];
}

const pageFields = ['cursor', 'pageNumber'];

/** Makes the command of a plan, by what the API says of itself. */
export function apiCommand(plan: ApiCommandPlan, describe: Describe): Command {
  const route = describe(plan.operationId);
  const { words = [], fixed = {}, list } = plan;
  const leftOut = [...words, ...Object.keys(fixed), ...(list === undefined ? [] : pageFields)];
  const fields = fieldsOf(route, leftOut, plan);
  const own = [...fields.query, ...fields.body].map(({ name, flag }) => [name, flag] as const);
  refuseTwice(plan.name, [...own.map(([name]) => name), ...Object.keys(apiFlags)]);
  const summary = route.summary.replace(/\.$/, '');
  return {
    name: plan.name,
    what: plan.what ?? summary,
    group: plan.group,
    operands: words.map((name) => ({ name, what: `the ${name}` })),
    flags: {
      ...Object.fromEntries(own),
      ...(route.body === null
        ? {}
        : { body: { what: 'the whole request as JSON: a file, or - for standard input', value: 'file' } }),
      ...(list === undefined ? {} : { 'all-pages': { what: 'every page, not the first alone' } }),
      ...(plan.csv === undefined ? {} : { csv: { what: 'print CSV' } }),
      ...apiFlags,
    },
    settings: ['DATA_DIR'],
    more: `Calls ${route.method} ${route.path}; the reference page of the server tells every field and refusal.`,
    examples: plan.examples,
    run: (given, shell) => runApi(plan, route, fields, given, shell),
  };
}

/** Two fields, or a field and a flag of every command, under one name would be read for one another. */
function refuseTwice(command: string, names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`passdesk ${command} has two flags --${twice}`);
}

function fieldsOf(route: Operation, leftOut: readonly string[], { only, files = [] }: ApiCommandPlan): Fields {
  const flagsOf = (schema: Schema | null) =>
    fieldFlags(schema ?? {}, leftOut)
      .filter(({ path }) => only === undefined || only.includes(path.at(-1)!))
      .map((field) =>
        files.includes(field.path.at(-1)!) ? { ...field, flag: { ...field.flag, value: 'file' } } : field,
      );
  return {
    params: route.params,
    query: flagsOf(route.query),
    body: flagsOf(route.body),
  };
}

async function runApi(
  plan: ApiCommandPlan,
  route: Operation,
  fields: Fields,
  given: Given,
  shell: Shell,
): Promise<number> {
  if (plan.csv !== undefined && given.on('csv')) refuseBesideCsv(shell.outside.describe(plan.csv), fields.query, given);
  const request = await requestOf(plan, route, fields, given, shell);
  // What stands in the path says which programme it is about.
  const program = request.params?.programId ?? null;
  const api = await connect(given, shell, plan.as ?? 'people', program);
  try {
    const { list } = plan;
    if (plan.csv !== undefined && given.on('csv')) {
      await shell.print.stream(await api.download(plan.csv, request));
    } else if (list === undefined) {
      shell.print.result((await api.call(plan.operationId, request)) as object);
    } else {
      const inBody = route.method !== 'GET';
      await printList(plan.operationId, list, request, given, { print: shell.print, call: api.call, inBody });
    }
    if (plan.note !== undefined) shell.print.note(plan.note);
  } finally {
    await api.end();
  }
  return exit.ok;
}

/** The file holds everything: it knows no pages, and not every filter of the list. What is given must not be dropped. */
function refuseBesideCsv(csv: Operation, query: readonly FieldFlag[], given: Given): void {
  const known = new Set(fieldFlags(csv.query ?? {}).map(({ name }) => name));
  const other = query.find(({ name, read }) => !known.has(name) && read(given) !== undefined);
  if (other !== undefined) throw new CliProblem(`--${other.name} does not go with --csv`, exit.usage);
}

async function requestOf(
  plan: ApiCommandPlan,
  route: Operation,
  fields: Fields,
  given: Given,
  shell: Shell,
): Promise<ApiRequest> {
  const words = { ...plan.fixed, ...given.operands };
  const params = Object.fromEntries(fields.params.map((name) => [name, String(words[name] ?? '')]));
  const query = putFields(fields.query, given, {}) as Record<string, string>;
  for (const [name, value] of Object.entries(query)) query[name] = [value].flat().map(String) as unknown as string;
  if (route.body === null) return { params, query };
  const others = Object.entries(words).filter(([name]) => !fields.params.includes(name));
  const filled = plan.fill?.(given.operands) ?? {};
  const base = {
    ...constantsOf(route.body),
    ...filled,
    ...(await bodyOf(given, shell)),
    ...Object.fromEntries(others),
  };
  const body = putFields(fields.body, given, base);
  for (const name of plan.files ?? []) {
    if (typeof body[name] === 'string') body[name] = await shell.outside.readText(body[name]);
  }
  return { params, query, body };
}

async function bodyOf(given: Given, { outside }: Shell): Promise<object> {
  const path = given.text('body');
  if (path === null) return {};
  const text = await outside.readText(path);
  try {
    return JSON.parse(text) as object;
  } catch {
    throw new CliProblem(`${path} is not JSON`, exit.usage);
  }
}

type Page = Readonly<Record<string, unknown>> & {
  readonly nextCursor?: string | null;
  readonly hasMore?: boolean;
};

/** What asks for the next page. Null after the last one. */
function moreOf({ nextCursor, hasMore }: Page): { readonly cursor: string } | null {
  // Events go on for ever: there is always a place to go on from.
  if (hasMore !== undefined) return hasMore ? { cursor: nextCursor! } : null;
  return nextCursor === undefined || nextCursor === null ? null : { cursor: nextCursor };
}

/** Prints one page, or all of them, each as it comes. */
async function printList(
  operationId: OperationId,
  { items, columns, whole }: ListPlan,
  request: ApiRequest,
  given: Given,
  { print, call, inBody }: Pick<Shell, 'print'> & Pick<Api, 'call'> & { readonly inBody: boolean },
): Promise<void> {
  let next = request;
  for (;;) {
    const page = (await call(operationId, next)) as Page;
    if (whole && print.json) print.result(page);
    else print.items(itemsAt(page, items), columns);
    const more = moreOf(page);
    if (more === null) return;
    if (!given.on('all-pages')) return print.note('There is more: --all-pages shows it.');
    next = inBody
      ? { ...next, body: { ...(next.body as object), ...more } }
      : { ...next, query: { ...next.query, ...more } };
  }
}

/** A list may come in parts, as resources do: `resources.transportHubResources`, `resources.lifestyleResources`. */
function itemsAt(page: Page, path: string): object[] {
  const found = page[path];
  if (Array.isArray(found)) return found as object[];
  return Object.values((found ?? {}) as Readonly<Record<string, object[]>>).flat();
}
