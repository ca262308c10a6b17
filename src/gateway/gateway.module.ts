import { Module } from '@nestjs/common';
import { CONFIGURATION, type Configuration } from '../kernel/configuration.ts';
import { ConnectionDoor } from './connection-door.ts';
import { LiveGateway } from './live.gateway.ts';
import { SteeringGateway } from './steering.gateway.ts';
import { WorkersGateway } from './workers.gateway.ts';

/** The Socket.IO door. */
@Module({
  providers: [
    LiveGateway,
    SteeringGateway,
    WorkersGateway,
    {
      provide: ConnectionDoor,
      useFactory: (configuration: Configuration) => new ConnectionDoor(configuration),
      inject: [CONFIGURATION],
    },
  ],
})
export class GatewayModule {}
