import { Module } from '@nestjs/common';
import { LiveGateway } from './live.gateway.ts';
import { WorkersGateway } from './workers.gateway.ts';

/** The Socket.IO door. */
@Module({ providers: [LiveGateway, WorkersGateway] })
export class GatewayModule {}
