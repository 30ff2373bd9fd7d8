import type { Person, Shift, Team } from '../rota';

/** The rota service did not do what it was asked; `status` is its answer, or 502 when there was none. */
export class ServiceError extends Error {
  constructor(readonly status: number, message: string) {
    super(message);
    this.name = 'ServiceError';
  }
}

export interface Config {
  get(key: string): unknown;
}

/** The rota service's HTTP API, as far as this plugin uses it. */
export class RotaService {
  constructor(private readonly config: Config) {}

  teams(): Promise<Team[]> {
    return this.ask('GET', ['teams']);
  }

  shifts(team: string, from: Date, until: Date): Promise<Shift[]> {
    return this.ask('GET', ['teams', team, 'shifts'], { query: { from: from.toISOString(), until: until.toISOString() } });
  }

  page(team: string, page: { summary: string; urgency: string }): Promise<{ id: string; url: string; reached: Person[] }> {
    return this.ask('POST', ['teams', team, 'pages'], { body: page });
  }

  addShift(team: string, shift: { email: string; startsAt: string; endsAt: string }): Promise<Shift> {
    return this.ask('POST', ['teams', team, 'shifts'], { body: shift });
  }

  private async ask<Answer>(method: string, path: string[], rest: { query?: Record<string, string>; body?: unknown } = {}): Promise<Answer> {
    // Read at every call: the operator may have changed them since.
    const base = String(this.config.get('baseUrl')).replace(/\/+$/, '');
    const query = rest.query === undefined ? '' : `?${new URLSearchParams(rest.query)}`;
    const headers: Record<string, string> = { accept: 'application/json', authorization: `Bearer ${this.config.get('apiToken')}` };
    if (rest.body !== undefined) headers['content-type'] = 'application/json';
    const url = `${base}/api/${path.map(encodeURIComponent).join('/')}${query}`;

    let response: Response;
    try {
      response = await fetch(url, { method, headers, body: rest.body === undefined ? undefined : JSON.stringify(rest.body) });
    } catch (error) {
      throw new ServiceError(502, `The rota service cannot be reached: ${(error as Error).message}`);
    }
    if (!response.ok) throw new ServiceError(response.status, `The rota service answered ${response.status} to ${method} ${path.join('/')}.`);
    return (await response.json()) as Answer;
  }
}
