import type { Data, ListName, Row } from './call-types.ts';
import type { Call } from './requests.ts';

/** What a page says about the one after it. */
interface Page {
  readonly nextCursor?: string | null;
  readonly hasMore?: boolean;
  readonly pagination?: { readonly pageSize: number; readonly pageNumber: number; readonly totalNumber: number };
}

/**
 * Reads a list page by page: each is asked for when the one before it is done with. `ask` asks for one, with the
 * field that says which.
 */
export async function* pagesOf<Name extends ListName>(
  { paged }: Call,
  ask: (where: Readonly<Record<string, unknown>>) => Promise<Data<Name>>,
): AsyncGenerator<Data<Name>, void, undefined> {
  let next: string | number | null = null;
  do {
    const page: Data<Name> = await ask(next === null ? {} : { [paged!]: next });
    yield page;
    const following = nextOf(paged!, page as Page);
    if (following !== null && following === next) throw new Error('the list does not go on: a page led to itself');
    next = following;
  } while (next !== null);
}

function nextOf(paged: NonNullable<Call['paged']>, page: Page): string | number | null {
  // The cursor of events is good for ever, also when there is nothing more now.
  if (paged === 'cursor') return page.hasMore === false ? null : (page.nextCursor ?? null);
  const { pageSize, pageNumber, totalNumber } = page.pagination!;
  return pageSize * pageNumber < totalNumber ? pageNumber + 1 : null;
}

/** The items of a page: those of its lists, also where they stand one level deeper. */
export function rowsOf<Name extends ListName>(page: Data<Name>): Row<Name>[] {
  const lists = Object.values(page).flatMap((value: unknown) => {
    if (Array.isArray(value)) return [value];
    return typeof value === 'object' && value !== null ? Object.values(value).filter(Array.isArray) : [];
  });
  return lists.flat() as Row<Name>[];
}
