import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { rotaOf } from '../rota';
import { ServiceError, type Config, type RotaService } from './service';

const DAY = 24 * 60 * 60 * 1000;

/** The routes answer below `/api/v1/plugins/oncall`. */
export function routes(service: RotaService, config: Config, now: () => Date = () => new Date()) {
  return async (fastify: FastifyInstance) => {
    fastify.get('/teams', (request, reply) => answer(request, reply, () => service.teams()));

    fastify.get('/teams/:team', (request, reply) =>
      answer(request, reply, async () => {
        const { team } = request.params as { team: string };
        const from = now();
        const until = new Date(from.getTime() + Number(config.get('daysAhead') ?? 7) * DAY);
        return rotaOf(team, await service.shifts(team, from, until), from, until);
      }),
    );
  };
}

/** What the service refuses is told as it is; that it failed itself is a bad gateway. */
async function answer(request: FastifyRequest, reply: FastifyReply, work: () => Promise<unknown>) {
  try {
    return reply.send({ data: await work() });
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    request.log.error({ status: error.status }, error.message);
    const isTheirs = error.status === 404;
    return reply.status(isTheirs ? 404 : 502).send({ error: isTheirs ? 'NotFound' : 'BadGateway', message: error.message });
  }
}
