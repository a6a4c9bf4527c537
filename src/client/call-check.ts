import type { Static, TSchema } from 'typebox';
import type { routes } from '../contract/routes.ts';
import type { ClientScope } from '../domain/access.ts';

/** What `calls.ts` is held against; no program of a partner's comes to see this. */
type Table = typeof routes;

/** Every route that a client of the API can call. */
export type ClientRouteName = {
  [Id in keyof Table]: Table[Id]['scopes'] extends readonly (infer Scope)[]
    ? [Scope] extends [never]
      ? Id
      : [Extract<Scope, ClientScope>] extends [never]
        ? never
        : Id
    : never;
}[keyof Table];

type PartOf<R, Key extends string> = R extends { readonly [key in Key]: infer S extends TSchema } ? Static<S> : unknown;
type FieldsOf<R> = PartOf<R, 'query'> & PartOf<R, 'body'>;
/** Whether a call can be made with nothing. A body of which nothing is needed is sent as an empty object. */
type IsOptional<R> = R extends { readonly upload: unknown }
  ? false
  : object extends PartOf<R, 'params'> & FieldsOf<R>
    ? true
    : unknown extends PartOf<R, 'params'> & FieldsOf<R>
      ? true
      : false;

/** What is known of a call at run time; `satisfies` holds that the generated table says what the route table says. */
export type CallOf<Name extends ClientRouteName> = {
  readonly method: Table[Name]['method'];
  readonly path: Table[Name]['path'];
  readonly changes: Table[Name]['changes'];
} & Flag<'upload', Table[Name] extends { readonly upload: unknown } ? true : false> &
  Flag<'optional', IsOptional<Table[Name]>> &
  Flag<'produces', Table[Name] extends { readonly produces: string } ? true : false> &
  Flag<'paged', IsPaged<Table[Name]>>;

type Flag<Key extends string, Is> = Is extends true
  ? { readonly [key in Key]: true }
  : { readonly [key in Key]?: never };

/** Whether it is a list, which is read on by cursor. */
type IsPaged<R> = R extends { readonly changes: true } | { readonly produces: string }
  ? false
  : 'cursor' extends keyof FieldsOf<R>
    ? true
    : false;
