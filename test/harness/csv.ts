/** Reads RFC 4180 strictly: quoted or plain cells, commas, CRLF at the end of every line. */
export function readCsv(text: string): string[][] {
  const lines: string[][] = [];
  let line: string[] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y;
  const content = text.replace(/^\ufeff/, '');
  while (cell.lastIndex < content.length) {
    const at = cell.lastIndex;
    const found = cell.exec(content);
    if (found === null) throw new Error(`no CSV at ${at}: ${JSON.stringify(content.slice(at, at + 80))}`);
    line.push(found[1] === undefined ? found[2]! : found[1].replaceAll('""', '"'));
    if (found[3] === ',') continue;
    lines.push(line);
    line = [];
  }
  if (line.length > 0) throw new Error('the last line does not end');
  return lines;
}

/** A CSV with a head as objects, each cell as text; formulas as they were before they were taken their beginning. */
export function readRows(text: string): Record<string, string>[] {
  const [head, ...lines] = readCsv(text);
  return lines.map((cells) => Object.fromEntries(head!.map((name, index) => [name, withFormulas(cells[index]!)])));
}

/** Gives formulas back what the export has put before them. */
export function withFormulas(cell: string): string {
  return cell.replace(/(?<=(?:^|[,;|\t\r\n"'])[ \u00a0]*)'(?=[=+\-@\t\r\0＝＋－＠])/gu, '');
}
