import type { Static, TSchema } from 'typebox';
import type { routes } from '../contract/routes.ts';
import type { calls } from './calls.ts';

/**
 * What the calls take and give, derived from the route table and its schemas. Only types cross over: a partner's
 * program loads no schema and no server. Which calls there are is taken from the client's own table, so that a
 * compiler that looks at one call need not look at all routes.
 */
type Table = typeof routes;

/** Every call that a client of the API can make. */
export type CallName = keyof typeof calls;

/** The member of a record under a key that it may not have. */
type At<R, Key extends string> = R extends { readonly [key in Key]: infer Value } ? Value : undefined;
type StaticOf<S> = S extends TSchema ? Static<S> : unknown;
/** Query values are text on the wire; a number or a yes or no is written as text. */
type Written<T> = T extends readonly (infer Item)[]
  ? readonly Written<Item>[]
  : string extends T
    ? string | number | boolean
    : T;
type WrittenAll<T> = { [Key in keyof T]: Written<T[Key]> };

/** The content of a file: as it is, or a stream, which can be sent only once. */
export type Content = string | Uint8Array<ArrayBuffer> | Blob | ReadableStream<Uint8Array>;
/** A file of rows for a bulk issue. */
export type BulkFile<Row> =
  | { readonly rows: readonly Row[] }
  | { readonly ndjson: Content }
  | { readonly csv: Content };

type UploadOf<R> = R extends { readonly upload: { readonly row: infer Row extends TSchema } }
  ? { readonly file: BulkFile<Static<Row>> }
  : unknown;

type BodyOf<R> = StaticOf<At<R, 'body'>>;
/** What the body says, too, is not asked for twice: the module of a pass. */
type ParamsOf<R> = Omit<StaticOf<At<R, 'params'>>, keyof BodyOf<R>>;
type QueryOf<R> = WrittenAll<StaticOf<At<R, 'query'>>>;

/** What a call takes: the fields of its path, query and body as one object. */
export type Input<Name extends CallName> = ParamsOf<Table[Name]> &
  QueryOf<Table[Name]> &
  BodyOf<Table[Name]> &
  UploadOf<Table[Name]>;

/** Whether it may be called with nothing; the table says so, because to find out from `Input` costs a compiler seconds. */
export type Arguments<Name extends CallName, Options> = (typeof calls)[Name] extends { readonly optional: true }
  ? [input?: Input<Name>, options?: Options]
  : [input: Input<Name>, options?: Options];

/** What a call gives: the data of the answer; for files, the response itself. */
export type Data<Name extends CallName> = Table[Name] extends { readonly produces: string }
  ? Response
  : Static<Table[Name]['data']>;

/** The lists: calls that can be read page by page. */
export type ListName = {
  [Name in CallName]: (typeof calls)[Name] extends { readonly paged: true } ? Name : never;
}[CallName];

type InnerRow<T> = T extends string | number | boolean | null
  ? never
  : { [Key in keyof T]: T[Key] extends readonly (infer Row)[] ? Row : never }[keyof T];

/** One item of a list. */
export type Row<Name extends ListName> = {
  [Key in keyof Data<Name>]: Data<Name>[Key] extends readonly (infer Item)[] ? Item : InnerRow<Data<Name>[Key]>;
}[keyof Data<Name>];
