import 'reflect-metadata';
import { createServer } from 'node:http';
import { Worker } from 'node:worker_threads';
import { Body, Controller, Module, Post, ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { IsArray, IsObject, IsOptional, IsString } from 'class-validator';
import { built, compare, scaled, WARM_UP_MS } from './support/arms.mjs';

// POST /tasks over 64 connections until it is answered, in requests a second: a NestJS controller on Fastify that
// validates and keeps nothing, against the whole server, whose answer goes out when the task is on disk.
const MILLISECONDS = Number(process.env.BENCH_MS ?? scaled(3000, 200));
const CONNECTIONS = 64;
const body = JSON.stringify({
  prompt: 'Write slugify(text) with tests',
  answers: ['ASCII only'],
  metadata: { a: 'b' },
});

function load(port, milliseconds) {
  return new Promise((resolve, reject) => {
    const workerData = { port, path: '/tasks', body, connections: CONNECTIONS, milliseconds };
    new Worker(new URL('./support/post-load.mjs', import.meta.url), { workerData })
      .once('message', resolve)
      .once('error', reject);
  });
}

async function measured(port) {
  await load(port, WARM_UP_MS);
  return load(port, MILLISECONDS);
}

class NewTask {}
for (const [field, ...checks] of [
  ['prompt', IsString()],
  ['answers', IsOptional(), IsArray(), IsString({ each: true })],
  ['metadata', IsOptional(), IsObject()],
]) {
  for (const check of checks) check(NewTask.prototype, field);
}

class Tasks {
  create(task) {
    return { taskId: 'none', prompt: task.prompt };
  }
}
const create = Object.getOwnPropertyDescriptor(Tasks.prototype, 'create');
Reflect.defineMetadata('design:paramtypes', [NewTask], Tasks.prototype, 'create');
Body()(Tasks.prototype, 'create', 0);
Post()(Tasks.prototype, 'create', create);
Controller('tasks')(Tasks);
class Minimal {}
Module({ controllers: [Tasks] })(Minimal);

async function withoutStore() {
  const app = await NestFactory.create(Minimal, new FastifyAdapter(), { logger: false });
  app.useGlobalPipes(new ValidationPipe({ transform: true, whitelist: true, forbidNonWhitelisted: true }));
  await app.listen(0, '127.0.0.1');
  const rate = await measured(app.getHttpServer().address().port);
  await app.close();
  return rate;
}

/** `changes` to the configuration decide whether tasks run beside. */
async function wholeServer(directory, changes) {
  const { startServer } = await built('server.js');
  const { readConfiguration } = await built('kernel/configuration.js');
  const server = await startServer(
    readConfiguration({
      PORT: '0',
      LOG_LEVEL: 'warn',
      DATA_DIR: directory,
      MAX_QUEUE: '1000000',
      SANDBOX: 'process',
      ...changes,
    }),
  );
  const rate = await measured(Number(new URL(server.url).port));
  await server.close();
  return rate;
}

/** The only slot is held by a model that never answers, so that accepting is all there is to do. */
async function acceptingAlone(directory) {
  const silent = createServer(() => undefined);
  await new Promise((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const rate = await wholeServer(directory, {
    LLM_PROVIDER: 'ollama',
    OLLAMA_BASE_URL: `http://127.0.0.1:${silent.address().port}`,
    MAX_CONCURRENT: '1',
    ORCHESTRATOR_WORKERS: '1',
    SHUTDOWN_GRACE_MS: '0',
  });
  silent.closeAllConnections();
  silent.close();
  return rate;
}

await compare({
  file: import.meta.url,
  title: 'POST /tasks, 64 connections',
  unit: 'requests/s',
  arms: {
    'NestJS on Fastify, no store': withoutStore,
    'POST /tasks, durable': acceptingAlone,
    'POST /tasks, durable, 5 slots busy': (directory) => wholeServer(directory, { LLM_PROVIDER: 'delegated' }),
  },
  targets: { 'POST /tasks, durable': { of: 'NestJS on Fastify, no store', atLeast: 0.3 } },
});
