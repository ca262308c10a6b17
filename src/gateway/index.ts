export { GatewayModule } from './gateway.module.ts';
export { configureGateway, socketCounts } from './socket-io.adapter.ts';
