import type { Problem, Session } from './types';

/** An answer that is no success; `problem` is what the hub said, in its own words. */
export class ProblemError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail);
  }
}

/** What a list's page came with: the address of the next one. */
export interface Page<Item> {
  items: Item[];
  next: string | null;
}

const base = '/api/v1';
let csrfToken = '';
let organisation = '';

/** Called with the session after signing in, and with null after signing out; every later request carries its token. */
export function adoptSession(session: Session | null): void {
  csrfToken = session?.csrfToken ?? '';
  organisation = session?.organisation ?? '';
}

export function chooseOrganisation(slug: string): void {
  organisation = slug;
}

/** The organisation whose view every request asks for; empty before one is known. */
export function chosenOrganisation(): string {
  return organisation;
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

interface Options {
  body?: unknown;
  /** A file or bytes, sent as they are. */
  raw?: Blob;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

async function send(method: Method, path: string, options: Options = {}): Promise<Response> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (organisation) headers['x-organisation'] = organisation;
  Object.assign(headers, options.headers);
  if (method !== 'GET') headers['x-csrf-token'] = csrfToken;
  let body: BodyInit | undefined;
  if (options.raw) {
    body = options.raw;
  } else if (options.body !== undefined) {
    headers['content-type'] = 'application/json';
    body = JSON.stringify(options.body);
  }
  let response: Response;
  try {
    response = await fetch(path.startsWith('/') ? base + path : path, { method, headers, body, signal: options.signal, credentials: 'same-origin' });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new ProblemError(unreachable());
  }
  if (response.ok) return response;
  throw new ProblemError(await problemOf(response));
}

/** Requests and their JSON answers. Rejects with `ProblemError`, or with the signal's reason. */
export const api = {
  get: <Answer>(path: string, signal?: AbortSignal): Promise<Answer> => json<Answer>(send('GET', path, { signal })),
  post: <Answer>(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer> =>
    json<Answer>(send('POST', path, { body, headers })),
  put: <Answer>(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer> =>
    json<Answer>(send('PUT', path, { body, headers })),
  patch: <Answer>(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer> =>
    json<Answer>(send('PATCH', path, { body, headers })),
  delete: <Answer>(path: string): Promise<Answer> => json<Answer>(send('DELETE', path)),
  /** One page of a list. */
  async list<Item>(path: string, signal?: AbortSignal): Promise<Page<Item>> {
    const response = await send('GET', path, { signal });
    return { items: (await response.json()) as Item[], next: nextLink(response.headers.get('link')) };
  },
  /** Sends a file, telling how much of it has left; `XMLHttpRequest`, because `fetch` does not tell. */
  upload<Answer>(path: string, file: File, onProgress: (sent: number, total: number) => void, signal?: AbortSignal): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open('POST', base + path);
      request.setRequestHeader('accept', 'application/json');
      request.setRequestHeader('content-type', 'application/octet-stream');
      request.setRequestHeader('x-csrf-token', csrfToken);
      request.setRequestHeader('x-file-name', encodeURIComponent(file.name));
      if (organisation) request.setRequestHeader('x-organisation', organisation);
      request.upload.onprogress = (event) => onProgress(event.loaded, event.total);
      request.onload = () => {
        const answer = parsed(request.responseText);
        if (request.status >= 200 && request.status < 300) resolve(answer as Answer);
        else reject(new ProblemError(asProblem(answer, request.status, request.statusText)));
      };
      request.onerror = () => reject(new ProblemError(unreachable()));
      request.onabort = () => reject(new DOMException('The upload was cancelled.', 'AbortError'));
      signal?.addEventListener('abort', () => request.abort());
      request.send(file);
    });
  },
};

async function json<Answer>(sent: Promise<Response>): Promise<Answer> {
  const response = await sent;
  if (response.status === 204) return undefined as unknown as Answer;
  return (await response.json()) as Answer;
}

async function problemOf(response: Response): Promise<Problem> {
  return asProblem(parsed(await response.text()), response.status, response.statusText);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function asProblem(answer: unknown, status: number, statusText: string): Problem {
  if (typeof answer === 'object' && answer !== null && 'detail' in answer) return answer as Problem;
  return {
    status, code: 'request.failed', title: statusText || 'Failed', detail: `The hub answered ${status} without saying why.`,
    remedy: 'Try again; if it stays, look in the hub\u2019s log.', turn: 'hub',
  };
}

function unreachable(): Problem {
  return {
    status: 0, code: 'hub.unreachable', title: 'Unreachable', detail: 'The hub does not answer.', turn: 'operator',
    remedy: 'Check that it is running and that this machine can reach it. This page goes on by itself when it is back.',
  };
}

function nextLink(header: string | null): string | null {
  const match = header?.match(/<([^>]*)>;\s*rel="next"/);
  return match?.[1] ?? null;
}

/** Any thrown thing as a problem that can be shown. */
export function problemFrom(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  return {
    status: 0, code: 'page.error', title: 'Error', detail: error instanceof Error ? error.message : String(error), turn: 'hub',
    remedy: 'Reload the page; if it stays, report it with the text above.',
  };
}
