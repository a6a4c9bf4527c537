import {
  addressOf,
  type CallName,
  type Credentials,
  type Data,
  type FailureBody,
  headersOf,
  type Input,
  Refused,
  type Request,
} from './calls.ts';

export interface FileCall<Name extends CallName> {
  readonly name: Name;
  readonly input: Input<Name>;
  readonly file: File;
  /** What the file is, whatever the machine it comes from takes it for. */
  readonly contentType: string;
  /** Sent again under the same key, the same file is the same act. */
  readonly key: string;
  readonly credentials: Credentials;
  /** Is told how many bytes have gone, again and again. */
  readonly onSent: (bytes: number) => void;
  readonly signal: AbortSignal;
}

/**
 * Sends a file as the body of a call. The browser reads it from the disk as it goes; nobody holds
 * all of it. By `XMLHttpRequest`, because `fetch` does not tell how much has gone. It takes as long
 * as it takes: the server ends what stands still.
 */
export function sendFile<Name extends CallName>(call: FileCall<Name>): Promise<Data<Name>> {
  const { name, input, file, contentType, key, credentials, onSent, signal } = call;
  const [method, path] = name.split(' ') as [string, string];
  const headers = headersOf(credentials, method);
  headers.set('content-type', contentType);
  headers.set('idempotency-key', key);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, addressOf(path, input as Request));
    for (const [header, value] of headers) request.setRequestHeader(header, value);
    request.upload.onprogress = ({ loaded }) => onSent(loaded);
    request.onload = () => {
      const answer = parsed(request.responseText);
      if (request.status < 300 && 'data' in answer) resolve(answer.data as Data<Name>);
      else reject(new Refused(request.status, answer as Partial<FailureBody>));
    };
    request.onerror = () => reject(new Refused(0, {}));
    request.onabort = () => reject(signal.reason);
    signal.addEventListener('abort', () => request.abort());
    request.send(file);
  });
}

function parsed(text: string): object {
  try {
    return JSON.parse(text) as object;
  } catch {
    return {};
  }
}
