import type { PageData, ShownPage } from './page-data.ts';

/** What came of asking: the page, or why there is none. */
export type Outcome =
  | { readonly kind: 'page'; readonly page: ShownPage }
  /** The link is dead: the server itself said so. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'busy'; readonly seconds: number }
  | { readonly kind: 'unreachable' };

/** Milliseconds after which nothing more is expected. */
const patience = 20_000;
/** Milliseconds: within whole seconds and the way of the answer, clocks are the same. */
const sameClock = 3_000;

/**
 * Asks for the page of a link. Only the server's own words count as an answer: the sign-in page of an
 * airport's network must not pass for "this link is dead".
 */
export async function askServer(token: string): Promise<Outcome> {
  const call = new AbortController();
  const late = setTimeout(() => call.abort(), patience);
  try {
    const answer = await fetch(`/v2/passPages/${encodeURIComponent(token)}`, {
      cache: 'no-store',
      credentials: 'omit',
      signal: call.signal,
    });
    const told = (await answer.json()) as { code?: number; error?: string; data?: PageData };
    if (answer.ok && told.code === 0 && told.data !== undefined) return { kind: 'page', page: pageOf(told.data) };
    // A text that is no part of any address is as dead as a token that is unknown.
    if (answer.status === 404 && (told.error === 'PASS_PAGE_UNKNOWN' || told.error === 'ROUTE_UNKNOWN')) {
      return { kind: 'gone' };
    }
    if (answer.status === 429) return { kind: 'busy', seconds: Number(answer.headers.get('retry-after')) || 30 };
    return { kind: 'unreachable' };
  } catch {
    return { kind: 'unreachable' };
  } finally {
    clearTimeout(late);
  }
}

function pageOf(data: PageData): ShownPage {
  const toldAt = Date.now();
  const ahead = Date.parse(data.now) - toldAt;
  return { data, toldAt, ahead: Math.abs(ahead) < sameClock ? 0 : ahead, live: true };
}
