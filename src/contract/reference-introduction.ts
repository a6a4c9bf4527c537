import { html, type Markup } from './html.ts';
import type { OpenApiDocument } from './openapi-document.ts';
import { addressOf, codeBlock } from './reference-operation.ts';

/** The sections before the operations, as the menu names them. */
export const introduction: readonly { readonly id: string; readonly title: string }[] = [
  { id: 'start', title: 'Start here' },
  { id: 'authentication', title: 'Authentication' },
  { id: 'answers', title: 'Answers' },
  { id: 'idempotency', title: 'Repeating a change' },
  { id: 'paging', title: 'Paging' },
  { id: 'instants', title: 'Instants' },
  { id: 'limits', title: 'Limits' },
];

/** What holds for every operation, in a few sentences each. */
export function introductionSections(document: OpenApiDocument): Markup[] {
  const texts = [start, authentication, answers, idempotency, paging, instants, limits];
  return introduction.map(
    ({ id, title }, index) => html`<section id="${id}" class="intro">
<h2>${title}</h2>
${texts[index]!(document)}
</section>
`,
  );
}

const start = (
  document: OpenApiDocument,
) => html`<p>Issue E-passes, look them up, let venues redeem them, cancel them and
account for every use. All of it is JSON over HTTP, below <code>${addressOf(document)}</code>.</p>
<p>Every route is served under three paths: <code>/v2/…</code> as written here, <code>/api/v2/…</code>, and without a
version (<code>/orders</code>, <code>/orders/ePasses/search</code>). The same text for machines, OpenAPI 3.1, is at
<a href="/openapi.json"><code>/openapi.json</code></a>.</p>
<p>A client that has several programmes names one in the <code>X-Program-ID</code> header; with exactly one it may be left
out. An id of another programme is answered like one that does not exist.</p>`;

const authentication = (
  document: OpenApiDocument,
) => html`<p>Send <code>Authorization: Bearer</code> with a JWT. A client
signs its own: HS256 with its secret, or RS256 with a key whose public half it registered, with its issuer as
<code>iss</code> and with <code>exp</code> at most 24 hours away. Or it fetches one, which lives an hour:</p>
${codeBlock('Fetch a token', tokenCommand(addressOf(document)))}
<p>A client has scopes: <code>issuer</code> issues, looks up and cancels; <code>venue</code> redeems, checks and gives
back; <code>operator</code> looks after both. A token that is missing, expired or foreign is answered with 401, a call
outside the scopes with 403.</p>
<p>People sign in with <code>POST /v2/sessions</code>: the session is a cookie that no script can read, and every request
but GET repeats its <code>csrfToken</code> in <code>X-CSRF-Token</code>. An <code>auditor</code> reads, an
<code>operator</code> also acts, an <code>administrator</code> also hands out power. A session ends after an hour
without a request, after 12 hours, and at once when the account is changed.</p>`;

const tokenCommand = (address: string) => `TOKEN=$(curl -s '${address}/v2/auth/token' \\
  -H 'Content-Type: application/json' \\
  -d '{"clientId":"<client id>","secret":"<secret>"}' \\
  | sed 's/.*"token":"\\([^"]*\\)".*/\\1/')`;

const answers = () => html`<p>A successful answer is <code>{"code":0,"data":…}</code>. A refusal has a fitting HTTP
status and tells what to do; <code>error</code> is a stable name of <a href="#errors">a closed list</a>, the one to
program against. <code>facts</code> says more where there is more to say, such as when a pass becomes active.</p>
${codeBlock(
  'Refusal',
  `{
  "code": 4004,
  "error": "E_PASS_EXPIRED",
  "message": "Do not admit: the pass has expired.",
  "details": [],
  "requestId": "7f0f2c1e-5a3b-4c8d-9e1f-0a1b2c3d4e5f"
}`,
)}
<p>Unknown fields are refused, nothing is coerced and nothing is dropped: a misspelt field never issues a pass that is
valid everywhere.</p>`;

const idempotency = () => html`<p>Send each change with an <code>X-Request-ID</code> (a UUID) or an
<code>Idempotency-Key</code> (up to 255 characters), and repeat it with the same one when the answer was lost. The same
key with the same body gets the first answer again, byte for byte, with <code>Idempotent-Replayed: true</code>. Another
body under the same key is refused with 422; while the first request still runs, the second gets 409 and
<code>Retry-After</code>. Keys are kept for 72 hours, per client and route, and per programme where
<code>X-Program-ID</code> chooses it. Refusals by a rule are kept, too; 401, 403, 429 and 5xx are not.</p>`;

const paging = () => html`<p>Lists take <code>pageSize</code> (up to 100, default 20) and <code>pageNumber</code>, and
carry <code>pagination</code> with the total. To read far into a list, send the <code>nextCursor</code> of one
page as <code>cursor</code> for the next, with the same filters, until it is <code>null</code>.</p>`;

const instants = () => html`<p>Instants are RFC 3339, such as <code>2028-12-31T23:59:59+00:00</code>. An offset may be
given when sending; one without it is in UTC. Answers are in UTC, in whole seconds, with <code>+00:00</code>.</p>`;

const limits =
  () => html`<p>Each client has a number of requests a minute: <code>RateLimit-Policy</code> tells how many,
<code>RateLimit</code> how many are left. Past it the answer is 429 with <code>Retry-After</code> in seconds. Bodies may
have up to 64 KiB.</p>`;
