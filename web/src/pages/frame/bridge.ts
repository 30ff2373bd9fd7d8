// What the interface and a plugin's page say to each other; docs/plugin-pages.md is the text of it, plugin-frame/frame.ts the other end.

/** More than this from one frame is not listened to. */
export const messagesPerSecondMax = 50;

export type ToFrame =
  | { patchbay: 1; kind: 'hello'; plugin: string; page: string; theme: 'light' | 'dark'; tokens: Record<string, string> }
  | { patchbay: 1; kind: 'token'; token: string; expiresAt: string };

export type FromFrame =
  | { patchbay: 1; kind: 'ready' }
  | { patchbay: 1; kind: 'token' }
  | { patchbay: 1; kind: 'height'; pixels: number }
  | { patchbay: 1; kind: 'toast'; text: string }
  | { patchbay: 1; kind: 'navigate'; path: string }
  | { patchbay: 1; kind: 'failed'; message: string };

/** Whether something that came from a frame is one of its messages, with every member of the right kind. */
export function isFromFrame(data: unknown): data is FromFrame {
  if (typeof data !== 'object' || data === null) return false;
  const message = data as Record<string, unknown>;
  if (message['patchbay'] !== 1) return false;
  switch (message['kind']) {
    case 'ready':
    case 'token': return true;
    case 'height': return typeof message['pixels'] === 'number' && Number.isFinite(message['pixels']);
    case 'toast': return typeof message['text'] === 'string';
    case 'navigate': return typeof message['path'] === 'string' && message['path'].startsWith('/');
    case 'failed': return typeof message['message'] === 'string';
    default: return false;
  }
}
