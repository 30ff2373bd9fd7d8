import { useEffect, useRef, useState } from 'react';
import { api, problemFrom } from '../../api/client';
import { useEvents } from '../../api/events';
import { useResource } from '../../api/resource';
import type { PluginPage, Problem } from '../../api/types';
import { Link, useRouter } from '../../shell/router';
import { themeTokens } from '../../shell/theme';
import { Button, Empty } from '../../ui/basics';
import { useToast } from '../../ui/overlay';
import { Loaded, ProblemNote } from '../../ui/problem';
import { isFromFrame, messagesPerSecondMax } from './bridge';
import type { FromFrame, ToFrame } from './bridge';

/** A page that a plugin made, in a frame of its own origin. */
export function FramePage({ plugin, id }: { plugin: string; id: string }) {
  const pages = useResource<PluginPage[]>('/pages');
  useEvents('plugins', () => pages.reload());
  return (
    <Loaded from={pages}>
      {(list) => {
        const page = list.find((one) => one.plugin === plugin && one.id === id);
        return page ? <Frame key={`${plugin} ${id}`} page={page} /> : (
          <Empty icon="window" title="This page is not there now" action={<Link className="button" href={`/plugins/${encodeURIComponent(plugin)}`}>To the plugin</Link>}>
            Its plugin was disabled, removed or no longer has it.
          </Empty>
        );
      }}
    </Loaded>
  );
}

const patience = 8000;
const [heightMin, heightMax] = [120, 20_000];

function Frame({ page }: { page: PluginPage }) {
  const frame = useRef<HTMLIFrameElement>(null);
  const { go } = useRouter();
  const tell = useToast();
  const [height, setHeight] = useState(heightMin);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isReady, setReady] = useState(false);
  const [turn, setTurn] = useState(0);

  useEffect(() => {
    setReady(false);
    setProblem(null);
    let [second, count] = [0, 0];
    const send = (message: ToFrame) => frame.current?.contentWindow?.postMessage(message, page.frame.origin);
    const giveToken = async () => {
      try {
        const { token, expiresAt } = await api.post<{ token: string; expiresAt: string }>('/pages/token', { plugin: page.plugin });
        send({ patchbay: 1, kind: 'token', token, expiresAt });
      } catch (error) {
        setProblem(problemFrom(error));
      }
    };
    const hello = () => send({ patchbay: 1, kind: 'hello', plugin: page.plugin, page: page.id, ...themeTokens() });
    const perform = (message: FromFrame) => {
      switch (message.kind) {
        case 'ready':
          setReady(true);
          hello();
          void giveToken();
          break;
        case 'token': void giveToken(); break;
        case 'height': setHeight(Math.min(Math.max(Math.ceil(message.pixels), heightMin), heightMax)); break;
        case 'toast': tell(`${page.title}: ${message.text.slice(0, 300)}`); break;
        // Only places of its own plugin: a page must not lead people into settings.
        case 'navigate': {
          const places = [`/plugins/${encodeURIComponent(page.plugin)}`, `/pages/${encodeURIComponent(page.plugin)}`];
          if (places.some((place) => message.path === place || message.path.startsWith(`${place}/`)) && !message.path.includes('..')) go(message.path);
          break;
        }
        case 'failed':
          setProblem({
            status: 0, code: 'page.failed', title: 'The page failed', detail: `${page.title}: ${message.message.slice(0, 500)}`, turn: 'plugin',
            remedy: 'Load it again; if it stays, tell the plugin\u2019s author.',
          });
      }
    };
    const listen = (event: MessageEvent) => {
      if (event.origin !== page.frame.origin || event.source !== frame.current?.contentWindow || !isFromFrame(event.data)) return;
      const now = Math.floor(Date.now() / 1000);
      [second, count] = now === second ? [second, count + 1] : [now, 1];
      if (count <= messagesPerSecondMax) perform(event.data);
    };
    window.addEventListener('message', listen);
    window.addEventListener('patchbay-theme', hello);
    return () => {
      window.removeEventListener('message', listen);
      window.removeEventListener('patchbay-theme', hello);
    };
  }, [page.frame.origin, page.plugin, page.id, turn]);

  useEffect(() => {
    if (isReady || problem) return undefined;
    const timer = window.setTimeout(() => setProblem({
      status: 0, code: 'page.silent', title: 'The page does not answer', detail: `${page.title} did not load within ${patience / 1000} seconds.`, turn: 'plugin',
      remedy: `Load it again. The browser must be able to reach ${page.frame.origin}.`,
    }), patience);
    return () => window.clearTimeout(timer);
  }, [isReady, problem, turn]);

  return (
    <>
      <div className="page-head"><h1 className="grow">{page.title}</h1><Link className="quiet small" href={`/plugins/${encodeURIComponent(page.plugin)}`}>from {page.plugin}</Link></div>
      {problem && <ProblemNote problem={problem} action={<Button isSmall icon="arrow-clockwise" onClick={() => { setProblem(null); setTurn(turn + 1); }}>Load it again</Button>} />}
      <iframe key={turn} ref={frame} className="plugin-frame" title={page.title} src={page.frame.url} style={{ height }} hidden={problem?.code === 'page.silent'}
        sandbox="allow-scripts allow-same-origin allow-forms" allow="" referrerPolicy="no-referrer" />
    </>
  );
}
