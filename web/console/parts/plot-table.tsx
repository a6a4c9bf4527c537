import { useFormats } from '../words/formats.ts';
import { useWords } from '../words/language.tsx';
import { partsWords } from '../words/parts-words.ts';
import styles from './plot.module.css';
import type { PlotProps } from './plot.tsx';

/** The figures of a plot as a table, with a total where adding up means something. */
export function PlotTable({ title, axis, marks, series, total = false }: PlotProps) {
  const t = useWords(partsWords);
  const { number } = useFormats();
  const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable without a mouse
    <section className={styles.scroll} tabIndex={0} aria-label={title}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{axis}</th>
            {series.map(({ key, name }) => (
              <th key={key} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {marks.map((mark, index) => (
            <tr key={mark.key}>
              <th scope="row">{mark.label}</th>
              {series.map(({ key, values }) => (
                <td key={key}>{number(values[index] ?? 0)}</td>
              ))}
            </tr>
          ))}
        </tbody>
        {total && (
          <tfoot>
            <tr>
              <th scope="row">{t('total')}</th>
              {series.map(({ key, values }) => (
                <td key={key}>{number(sumOf(values))}</td>
              ))}
            </tr>
          </tfoot>
        )}
      </table>
    </section>
  );
}
