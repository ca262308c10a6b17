import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { DiscoveryModule, NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { describe, expect, it } from '@jest/globals';
import { AppError } from '../kernel/errors.ts';
import { isRole } from '../kernel/roles.ts';
import { DeclaredRoles } from './declared-roles.service.ts';
import { identify, localCaller, type Principal } from './principal.ts';
import { Caller, NeedsRole, OpenToAll, RoleGuard } from './role.guard.ts';

@Controller('notes')
@NeedsRole('viewer')
class NotesController {
  @Get()
  list() {
    return { notes: [] };
  }

  @Get('secret')
  @NeedsRole('admin')
  secret(@Caller() caller: Principal) {
    return { for: caller.name };
  }

  @Get('open')
  @OpenToAll()
  open() {
    return { open: true };
  }
}

@Controller('forgotten')
class ForgottenController {
  @Get()
  show() {
    return { shown: true };
  }

  helper() {
    return null;
  }
}

@WebSocketGateway()
class ForgottenGateway {
  @SubscribeMessage('forgotten')
  hear() {
    return { heard: true };
  }
}

@WebSocketGateway()
@NeedsRole('worker')
class WorkersGateway {
  @SubscribeMessage('work')
  hear() {
    return { heard: true };
  }
}

@Module({ imports: [DiscoveryModule], providers: [DeclaredRoles, WorkersGateway], controllers: [NotesController] })
class DeclaredModule {}

@Module({
  imports: [DiscoveryModule],
  providers: [DeclaredRoles, ForgottenGateway, WorkersGateway],
  controllers: [NotesController, ForgottenController],
})
class ForgottenModule {}

@Module({ controllers: [NotesController, ForgottenController] })
class UncheckedModule {}

/** An application whose callers are what their header `x-role` says; nobody without one. */
async function appOf(module: object): Promise<{ readonly app: NestFastifyApplication } & AsyncDisposable> {
  const app = await NestFactory.create<NestFastifyApplication>(module, new FastifyAdapter(), {
    logger: false,
    abortOnError: false,
  });
  app.useGlobalGuards(new RoleGuard());
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRequest', (request, _reply, done) => {
      const role = request.headers['x-role'];
      if (isRole(role)) identify(request.raw, { ...localCaller, role });
      done();
    });
  app.useGlobalFilters({
    catch: (error: unknown, host) => {
      const code = error instanceof AppError ? error.code : String(error);
      host
        .switchToHttp()
        .getResponse<{ status(code: number): { send(body: object): void } }>()
        .status(400)
        .send({ code });
    },
  });
  return { app, [Symbol.asyncDispose]: () => app.close() };
}

describe('roles on handlers (PL-3)', () => {
  it('lets in by the role of the method before that of the class, and tells the handler who asks', async () => {
    await using served = await appOf(DeclaredModule);
    await served.app.init();
    const ask = async (url: string, role?: string) =>
      (await served.app.inject({ url, headers: role === undefined ? {} : { 'x-role': role } })).json<unknown>();
    expect(await ask('/notes', 'viewer')).toEqual({ notes: [] });
    expect(await ask('/notes', 'worker')).toEqual({ code: 'ACCESS_ROLE_DENIED' });
    expect(await ask('/notes')).toEqual({ code: 'ACCESS_KEY_MISSING' });
    expect(await ask('/notes/secret', 'operator')).toEqual({ code: 'ACCESS_ROLE_DENIED' });
    expect(await ask('/notes/secret', 'admin')).toEqual({ for: 'local' });
    expect(await ask('/notes/open')).toEqual({ open: true });
  });

  it('denies a handler of which nothing says who may use it, to admins too', async () => {
    await using served = await appOf(UncheckedModule);
    await served.app.init();
    const { statusCode, body } = await served.app.inject({ url: '/forgotten', headers: { 'x-role': 'admin' } });
    expect([statusCode, JSON.parse(body)]).toEqual([400, { code: 'ACCESS_ROLE_UNDECLARED' }]);
  });

  it('does not start while a route or a socket message says nothing, and names them all', async () => {
    await using forgotten = await appOf(ForgottenModule);
    await expect(forgotten.app.init()).rejects.toMatchObject({
      code: 'ACCESS_ROLE_UNDECLARED',
      handlers: ['ForgottenController.show', 'ForgottenGateway.hear'],
    });
    await using declared = await appOf(DeclaredModule);
    await declared.app.init();
  });
});
