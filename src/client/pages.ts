import type { Data, ListName, Row } from './call-types.ts';

/** What a page says about the one after it. */
interface Page {
  readonly nextCursor?: string | null;
  readonly hasMore?: boolean;
}

/** Reads a list page by page: each is asked for when the one before it is done with. */
export async function* pagesOf<Name extends ListName>(
  ask: (where: { readonly cursor?: string }) => Promise<Data<Name>>,
): AsyncGenerator<Data<Name>, void, undefined> {
  let next: string | null = null;
  do {
    const page: Data<Name> = await ask(next === null ? {} : { cursor: next });
    yield page;
    const following = nextOf(page as Page);
    if (following !== null && following === next) throw new Error('the list does not go on: a page led to itself');
    next = following;
  } while (next !== null);
}

function nextOf({ hasMore, nextCursor = null }: Page): string | null {
  // The cursor of events is good for ever, also when there is nothing more now.
  return hasMore === false ? null : nextCursor;
}

/** The items of a page: those of its lists, also where they stand one level deeper. */
export function rowsOf<Name extends ListName>(page: Data<Name>): Row<Name>[] {
  const lists = Object.values(page).flatMap((value: unknown) => {
    if (Array.isArray(value)) return [value];
    return typeof value === 'object' && value !== null ? Object.values(value).filter(Array.isArray) : [];
  });
  return lists.flat() as Row<Name>[];
}
