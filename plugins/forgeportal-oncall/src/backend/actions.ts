import type { RotaService } from './service';
import { ServiceError } from './service';

interface ActionContext {
  log(level: 'info' | 'warn' | 'error', message: string): void;
}

interface ActionResult {
  status: 'success' | 'failed';
  outputs: Record<string, unknown>;
  links?: { title: string; url: string }[];
  warnings?: string[];
  error?: { code: string; message: string };
}

const team = { type: 'string', title: 'Team', description: 'The team’s id at the rota service.' };

/** A refusal of the service is a result with a reason; only what nobody foresaw is thrown. */
async function attempt(work: () => Promise<ActionResult>): Promise<ActionResult> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    const code = error.status === 404 ? 'oncall.no-such-team' : 'oncall.service';
    return { status: 'failed', outputs: {}, error: { code, message: error.message } };
  }
}

/** Calls whoever is on call. */
export function pageAction(service: RotaService) {
  return {
    id: 'oncall.page',
    version: 'v1',
    schema: {
      input: {
        type: 'object',
        title: 'Page the person on call',
        properties: {
          team,
          summary: { type: 'string', title: 'What is wrong', description: 'One sentence, read on a telephone at night.' },
          urgency: { type: 'string', title: 'Urgency', enum: ['low', 'high'], default: 'high' },
        },
        required: ['team', 'summary'],
      },
      output: { type: 'object', properties: { pageId: { type: 'string' }, reached: { type: 'array', items: { type: 'string' } } } },
    },
    handler: (context: ActionContext, input: { team: string; summary: string; urgency?: string }) =>
      attempt(async () => {
        const page = await service.page(input.team, { summary: input.summary, urgency: input.urgency ?? 'high' });
        const reached = page.reached.map(({ name }) => name);
        context.log('info', `Paged ${reached.join(', ') || 'nobody'} of ${input.team}.`);
        return {
          status: 'success',
          outputs: { pageId: page.id, reached },
          links: [{ title: 'The page', url: page.url }],
          ...(reached.length === 0 && { warnings: ['Nobody is on call; the page waits for the next shift.'] }),
        };
      }),
  };
}

/** Puts somebody on call beside, or instead of, whoever is there. */
export function coverAction(service: RotaService) {
  return {
    id: 'oncall.cover',
    version: 'v1',
    schema: {
      input: {
        type: 'object',
        title: 'Cover a shift',
        properties: {
          team,
          email: { type: 'string', title: 'Who', description: 'The e-mail address they have at the rota service.' },
          startsAt: { type: 'string', title: 'From', description: 'Such as 2026-11-21T18:00:00Z.' },
          endsAt: { type: 'string', title: 'Until' },
        },
        required: ['team', 'email', 'startsAt', 'endsAt'],
      },
      output: { type: 'object', properties: { person: { type: 'string' } } },
    },
    handler: (context: ActionContext, input: { team: string; email: string; startsAt: string; endsAt: string }) =>
      attempt(async () => {
        if (!(Date.parse(input.startsAt) < Date.parse(input.endsAt))) {
          return { status: 'failed', outputs: {}, error: { code: 'oncall.times', message: 'A shift begins before it ends.' } };
        }
        const { team: id, ...wanted } = input;
        const shift = await service.addShift(id, wanted);
        context.log('info', `${shift.person.name} covers ${id} from ${shift.startsAt} until ${shift.endsAt}.`);
        return { status: 'success', outputs: { person: shift.person.name } };
      }),
  };
}
