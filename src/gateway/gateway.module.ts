import { Module } from '@nestjs/common';
import { LiveGateway } from './live.gateway.ts';

/** The Socket.IO door. */
@Module({ providers: [LiveGateway] })
export class GatewayModule {}
