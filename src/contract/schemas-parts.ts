import { Type } from './typebox.ts';

/** The pieces that several schemas share; none of them is a component of the OpenAPI by itself. */

export const closed = { additionalProperties: false } as const;

/** An instant of an answer. */
export const instant = (description: string) =>
  Type.String({ format: 'date-time', description, examples: ['2028-12-31T23:59:59+00:00'] });
/** An instant of an answer that may not have come. */
export const instantOrNull = (description: string) => Type.Union([instant(description), Type.Null()]);
/** An instant of a request: text, read by `readInstants`. */
export const sentInstant = (description: string) =>
  Type.String({
    minLength: 19,
    maxLength: 40,
    description: `${description} RFC 3339; an offset may be given, a missing one means UTC.`,
    examples: ['2028-12-31T23:59:59+00:00'],
  });

export const OrderId = Type.String({ pattern: '^DP[0-9]{14}$', description: '`DP` and 14 digits.' });
export const EPassId = Type.String({ pattern: '^[0-9]{16}$', description: 'The 16 digits of the pass.' });
export const ResourceId = Type.String({
  pattern: '^[A-Z][A-Z0-9]{1,15}$',
  description: 'Resource id, such as `N00001`.',
});
export const ClientUserId = Type.String({
  pattern: '^[!-~]{1,128}$',
  description: "The integrator's own id of the traveller: 1 to 128 printable ASCII characters, compared as they are.",
});
export const Name = Type.String({ minLength: 1, maxLength: 100, description: 'Kept and shown as sent.' });
// No control characters, and no half of a surrogate pair: no database could keep it.
export const Reason = Type.String({
  minLength: 1,
  maxLength: 200,
  pattern: '^(?:[^\\u0000-\\u001f\\u007f\\ud800-\\udfff]|[\\ud800-\\udbff][\\udc00-\\udfff])+$',
});
export const Status = Type.Integer({ description: '0 pending, 1 confirmed, 2 used, 3 cancelled.' });
export const Uuid = Type.String({ pattern: '^[0-9A-Fa-f]{8}-([0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}$' });

export const Cursor = Type.String({
  pattern: '^[A-Za-z0-9_-]{1,512}$',
  description: '`nextCursor` of the page before; for deep paging.',
});
export const NextCursor = Type.Union([Type.String(), Type.Null()]);

/** A query value: text on the wire, whatever it means. */
export const text = (pattern: string, description: string) => Type.String({ pattern, description });

/** An id in a path: what no id can be is unknown like any other, but control characters reach no database. */
export const IdInPath = Type.String({ pattern: '^[^\\u0000-\\u001f\\u007f]{0,32}$' });
