export { ApiModule } from './api.module.ts';
export { fastifyOptions } from './fastify-options.ts';
export { configureApi } from './http.adapter.ts';
