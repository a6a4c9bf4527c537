import { StringDecoder } from 'node:string_decoder';

/**
 * The lines of a stream of UTF-8, split at \n and at nothing else. `node:readline` takes the separators U+2028 and U+2029
 * for ends of lines, too, and those stand in texts and in JSON as they are. A last line needs no end.
 */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of chunks) {
    // What was looked through once holds no end.
    let from = rest.length;
    rest += decoder.write(chunk);
    let begin = 0;
    for (let end = rest.indexOf('\n', from); end >= 0; end = rest.indexOf('\n', from)) {
      yield rest.slice(begin, end);
      begin = end + 1;
      from = begin;
    }
    rest = rest.slice(begin);
  }
  rest += decoder.end();
  if (rest !== '') yield rest;
}
