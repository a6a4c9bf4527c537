import type { UsageReport } from './usage.tsx';

type Figures = UsageReport['totals'];
type Row = UsageReport['rows'][number];

/** What one side of the usage comes to over the whole range. */
export interface UsageSum extends Figures {
  readonly key: string;
  readonly name: string;
}

/** Adds the steps up, one sum for each key, the most used first. */
export function sumsByKey(rows: readonly Row[], nameOf: (key: string, label: string | null) => string): UsageSum[] {
  const sums = new Map<string, UsageSum>();
  for (const row of rows) {
    const before = sums.get(row.key);
    const name = before?.name ?? nameOf(row.key, row.label);
    sums.set(row.key, {
      key: row.key,
      name,
      uses: (before?.uses ?? 0) + row.uses,
      people: (before?.people ?? 0) + row.people,
      usages: (before?.usages ?? 0) + row.usages,
      givenBackUses: (before?.givenBackUses ?? 0) + row.givenBackUses,
      givenBackPeople: (before?.givenBackPeople ?? 0) + row.givenBackPeople,
      givenBackUsages: (before?.givenBackUsages ?? 0) + row.givenBackUsages,
      netUsages: (before?.netUsages ?? 0) + row.netUsages,
    });
  }
  return [...sums.values()].sort((left, right) => right.netUsages - left.netUsages);
}
