import { CliProblem, exit, type Flag, type Given } from './command.ts';

/** What is used of a JSON schema here. */
export interface Schema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly description?: string;
}

/** A flag that stands for one field of a request, and how its text becomes the field's value. */
export interface FieldFlag {
  readonly name: string;
  /** Where the field is, such as `['extra', 'firstName']`. */
  readonly path: readonly string[];
  readonly flag: Flag;
  readonly read: (given: Given) => unknown;
}

const kebab = (name: string) => name.replace(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase();

/** A flag for each field of a schema; objects within objects are opened, and a constant needs no flag. */
export function fieldFlags(schema: Schema, leftOut: readonly string[] = [], path: readonly string[] = []): FieldFlag[] {
  const flags = Object.entries(propertiesOf(schema)).flatMap(([name, inner]) => {
    if (leftOut.includes(name) || inner.const !== undefined) return [];
    const own = [...path, name];
    if (Object.keys(propertiesOf(inner)).length > 0) return fieldFlags(inner, leftOut, own);
    return [flagOfField(own, inner)];
  });
  return flags;
}

/** The fields of an object, or of all its forms. */
function propertiesOf(schema: Schema): Readonly<Record<string, Schema>> {
  if (schema.properties !== undefined) return schema.properties;
  // What can also be plain text is one flag, not the fields of its other form.
  if (schema.anyOf?.some(({ type }) => type === 'string')) return {};
  const forms = (schema.anyOf ?? []).map(propertiesOf);
  return Object.assign({}, ...forms) as Record<string, Schema>;
}

/** Constants of a schema, which the command puts in by itself. */
export function constantsOf(schema: Schema): Record<string, unknown> {
  const constants = Object.entries(schema.properties ?? {}).filter(([, { const: value }]) => value !== undefined);
  return Object.fromEntries(constants.map(([name, { const: value }]) => [name, value]));
}

function flagOfField(path: readonly string[], schema: Schema): FieldFlag {
  const name = kebab(path.at(-1)!);
  const { form, nullable } = formOf(schema);
  const what = (schema.description ?? `the field ${path.join('.')}`).replace(/\s+/g, ' ').replaceAll('`', '');
  const told = `${what.replace(/\.$/, '')}${nullable ? '; "none" takes it away' : ''}`;
  const flag: Flag = {
    what: form.list ? `${told}; several with commas` : told,
    value: form.value,
    ...(form.list ? { many: true as const } : {}),
    ...(form.choices === undefined ? {} : { choices: nullable ? [...form.choices, 'none'] : form.choices }),
  };
  const read = (given: Given): unknown => {
    if (form.list) {
      const texts = given.texts(name).flatMap((text) => (text === '' ? [] : text.split(',')));
      return given.texts(name).length === 0 ? undefined : texts.map((text) => form.read(text.trim(), name));
    }
    const text = given.text(name);
    if (text === null) return undefined;
    return nullable && text === 'none' ? null : form.read(text, name);
  };
  return { name, path, flag, read };
}

interface Form {
  readonly value: string;
  readonly list: boolean;
  readonly choices?: readonly string[];
  readonly read: (text: string, flag: string) => unknown;
}

function formOf(schema: Schema): { form: Form; nullable: boolean } {
  const forms = schema.anyOf ?? [schema];
  const nullable = forms.some(({ type }) => type === 'null');
  const real = forms.find(({ type }) => type !== 'null') ?? schema;
  if (real.type === 'array') return { form: { ...scalarForm(real.items ?? {}), list: true }, nullable };
  return { form: scalarForm(real), nullable };
}

function scalarForm({ type, enum: values, const: only }: Schema): Form {
  const known = values ?? (only === undefined ? undefined : [only]);
  const numeric =
    type === 'integer' || type === 'number' || known?.every((value) => typeof value === 'number') === true;
  const choices = known === undefined || known.length > 12 ? {} : { choices: known.map(String) };
  if (numeric) return { value: 'number', list: false, ...choices, read: readNumber };
  if (type === 'boolean')
    return { value: 'yes|no', list: false, choices: ['yes', 'no'], read: (text) => text === 'yes' };
  return { value: 'text', list: false, ...choices, read: (text) => text };
}

function readNumber(text: string, flag: string): number {
  const number = Number(text);
  if (text.trim() !== '' && Number.isFinite(number)) return number;
  throw new CliProblem(`--${flag} is "${text}", but must be a number`, exit.usage);
}

/** Puts what flags say into an object, over what is there. */
export function putFields(
  fields: readonly FieldFlag[],
  given: Given,
  base: Record<string, unknown>,
): Record<string, unknown> {
  const made = structuredClone(base);
  for (const { path, read } of fields) {
    const value = read(given);
    if (value === undefined) continue;
    let place = made;
    for (const key of path.slice(0, -1)) {
      if (place[key] === null || typeof place[key] !== 'object') place[key] = {};
      place = place[key] as Record<string, unknown>;
    }
    place[path.at(-1)!] = value;
  }
  return made;
}
