import { useEffect, useRef } from 'react';
import { chosenOrganisation } from './client';

/** One message of the hub's event stream. */
export interface HubEvent {
  topic: string;
  data: unknown;
}

type Listener = (event: HubEvent) => void;

const kinds = ['hello', 'plugin', 'log', 'installation', 'overview', 'journal', 'metrics', 'rule', 'rule-part', 'decisions', 'backtest', 'reviews', 'lost'];

/** Topics that are called otherwise than the events they bring. */
const topicNames: Record<string, string> = { plugin: 'plugins', installation: 'installations', rule: 'rules', 'rule-part': 'rules', backtest: 'backtests' };

/** Many changes in a row show in the overview once, milliseconds after the first. */
const overviewPause = 250;

/** One stream for all topics that anything on the page listens to; opened anew when they change. */
class EventBus {
  private listeners = new Map<string, Set<Listener>>();
  private source: EventSource | null = null;
  private opened = '';
  private timer = 0;
  private overviewTimer = 0;

  subscribe(topic: string, listener: Listener): () => void {
    const set = this.listeners.get(topic) ?? new Set();
    this.listeners.set(topic, set);
    set.add(listener);
    this.reopenSoon();
    return () => {
      set.delete(listener);
      if (set.size === 0) this.listeners.delete(topic);
      this.reopenSoon();
    };
  }

  private overviewSoon(): void {
    if (this.overviewTimer) return;
    this.overviewTimer = window.setTimeout(() => {
      this.overviewTimer = 0;
      this.deliver('overview', {});
    }, overviewPause);
  }

  private reopenSoon(): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.reopen(), 30);
  }

  private reopen(): void {
    const topics = [...this.listeners.keys()].sort().join(',');
    // An event stream cannot send headers.
    const organisation = chosenOrganisation();
    const wanted = `topics=${encodeURIComponent(topics)}${organisation && `&organisation=${encodeURIComponent(organisation)}`}`;
    if (wanted === this.opened) return;
    this.opened = wanted;
    this.source?.close();
    this.source = null;
    if (!topics) return;
    const source = new EventSource(`/api/v1/events?${wanted}`);
    for (const kind of kinds) {
      source.addEventListener(kind, (message) => this.deliver(kind, JSON.parse((message as MessageEvent<string>).data)));
    }
    this.source = source;
  }

  private deliver(kind: string, data: unknown): void {
    if (kind === 'hello' || kind === 'lost') {
      // What happened between reading and listening, or was dropped on the way, comes no more: whoever shows something reads it anew.
      for (const [topic, listeners] of this.listeners) for (const listener of listeners) listener({ topic, data: {} });
      return;
    }
    // A stream with more topics says what changed, and what changed shows in the overview.
    if (kind === 'plugin' && this.listeners.has('overview')) this.overviewSoon();
    const id = typeof data === 'object' && data !== null ? (data as { plugin?: string; id?: string }) : {};
    const subject = kind === 'log' ? `logs:${id.plugin ?? ''}` : kind === 'plugin' ? `plugin:${id.id ?? ''}` : '';
    const names = new Set([subject, topicNames[kind] ?? kind]);
    for (const name of names) for (const listener of this.listeners.get(name) ?? []) listener({ topic: name, data });
  }
}

const bus = new EventBus();

/** Calls `listener` for every event of a topic while the component is on the page; null listens to nothing. */
export function useEvents(topic: string | null, listener: (data: unknown) => void): void {
  const latest = useRef(listener);
  latest.current = listener;
  useEffect(() => (topic ? bus.subscribe(topic, (event) => latest.current(event.data)) : undefined), [topic]);
}
