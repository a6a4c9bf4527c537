import { useFormats } from '../words/formats.ts';
import styles from './share-table.module.css';

export interface Share {
  readonly key: string;
  readonly name: string;
  readonly count: number;
}

interface ShareTableProps {
  readonly caption: string;
  readonly shares: readonly Share[];
  readonly heads: { readonly name: string; readonly count: string; readonly share: string };
}

/** Counts that make up a whole, most first: a table whose last column is also drawn. */
export function ShareTable({ caption, shares, heads }: ShareTableProps) {
  const { number, percent } = useFormats();
  const whole = shares.reduce((sum, { count }) => sum + count, 0);
  const most = Math.max(...shares.map(({ count }) => count), 1);
  return (
    <table className={styles.table}>
      <caption className={styles.caption}>{caption}</caption>
      <thead>
        <tr>
          <th scope="col">{heads.name}</th>
          <th scope="col">{heads.count}</th>
          <th scope="col">{heads.share}</th>
        </tr>
      </thead>
      <tbody>
        {shares.map(({ key, name, count }) => (
          <tr key={key}>
            <th scope="row">
              {name}
              <svg className={styles.bar} width="100%" height={4} aria-hidden="true" preserveAspectRatio="none">
                <rect width="100%" height={4} rx={2} className={styles.track} />
                <rect width={`${(100 * count) / most}%`} height={4} rx={2} className={styles.filled} />
              </svg>
            </th>
            <td>{number(count)}</td>
            <td>{percent(count / whole)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
