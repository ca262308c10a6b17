export { GatewayModule } from './gateway.module.ts';
export { configureGateway } from './socket-io.adapter.ts';
