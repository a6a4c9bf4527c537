import {
  keepPreviousData,
  type UseInfiniteQueryResult,
  type UseQueryResult,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { useCredentials, useSessionState } from '../app/session.tsx';
import { type CallName, type Data, type Input, Refused, send } from './calls.ts';

interface DataOptions<D> {
  /** Asks only when true; the default. */
  readonly when?: boolean;
  /** Milliseconds after which it is asked again, while the page is in view; may depend on what was answered last. */
  readonly every?: number | ((last: D | undefined) => number | undefined);
  /** Whether it is about no programme, and stays the same in all of them. */
  readonly ofAll?: boolean;
}

/** A key that no other change has. `crypto.randomUUID` is not there where the console is served without TLS. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Hands a request on; a session that is over ends here. */
function useSend(ofAll = false) {
  const { csrfToken, programId } = useCredentials();
  const credentials = { csrfToken, programId: ofAll ? null : programId };
  const { forget } = useSessionState();
  const ask = async <Name extends CallName>(name: Name, input: Input<Name>, key?: string): Promise<Data<Name>> => {
    try {
      return await send(name, input, credentials, key);
    } catch (problem) {
      if (problem instanceof Refused && problem.status === 401) forget(true);
      throw problem;
    }
  };
  return { ask, programId: credentials.programId };
}

/** What the API says now. While other input is asked for, the last answer stays. */
export function useData<Name extends CallName>(
  name: Name,
  input: Input<Name>,
  { when = true, every, ofAll = false }: DataOptions<Data<Name>> = {},
): UseQueryResult<Data<Name>, Refused> {
  const { ask, programId } = useSend(ofAll);
  return useQuery<Data<Name>, Refused>({
    queryKey: [name, programId, input],
    queryFn: () => ask(name, input),
    enabled: when,
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => (typeof every === 'function' ? every(state.data) : every) ?? false,
  });
}

/** A list read page by page, each with the cursor that the one before ended with. */
export function usePages<Name extends CallName, Row>(
  name: Name,
  input: Input<Name>,
  rowsOf: (page: Data<Name>) => readonly Row[],
  { when = true, every, ofAll = false }: DataOptions<readonly Row[]> = {},
): UseInfiniteQueryResult<Row[], Refused> {
  const { ask, programId } = useSend(ofAll);
  return useInfiniteQuery<Data<Name>, Refused, Row[], readonly unknown[], string | null>({
    queryKey: [name, programId, input, 'pages'],
    queryFn: ({ pageParam }) => ask(name, pageParam === null ? input : withCursor(name, input, pageParam)),
    initialPageParam: null,
    getNextPageParam: (page) => (page as { nextCursor?: string | null }).nextCursor ?? null,
    select: ({ pages }) => pages.flatMap(rowsOf),
    enabled: when,
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) =>
      (typeof every === 'function' ? every(state.data?.pages.flatMap(rowsOf)) : every) ?? false,
  });
}

function withCursor<Name extends CallName>(name: Name, input: Input<Name>, cursor: string): Input<Name> {
  const part = name.startsWith('GET ') ? 'query' : 'body';
  const given = (input as Readonly<Record<string, object | undefined>>)[part];
  return { ...(input as object), [part]: { ...given, cursor } } as Input<Name>;
}

/**
 * A change, sent under a key of its own, so that it happens once however often it is sent. What is
 * on the screen is asked for again before the change counts as done.
 */
export function useChange<Name extends CallName>(
  name: Name,
  { ofAll = false }: Pick<DataOptions<unknown>, 'ofAll'> = {},
) {
  const { ask } = useSend(ofAll);
  const cache = useQueryClient();
  return useMutation<Data<Name>, Refused, Input<Name>>({
    mutationFn: async (input) => {
      const data = await ask(name, input, newKey());
      await cache.invalidateQueries();
      return data;
    },
  });
}
