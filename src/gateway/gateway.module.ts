import { Module } from '@nestjs/common';
import { CONFIGURATION, type Configuration } from '../kernel/configuration.ts';
import { AgentsGateway } from './agents.gateway.ts';
import { ConnectionDoor } from './connection-door.ts';
import { JobsGateway } from './jobs.gateway.ts';
import { LiveGateway } from './live.gateway.ts';
import { SteeringGateway } from './steering.gateway.ts';
import { WorkersGateway } from './workers.gateway.ts';

/** The Socket.IO door. */
@Module({
  providers: [
    LiveGateway,
    SteeringGateway,
    WorkersGateway,
    JobsGateway,
    AgentsGateway,
    {
      provide: ConnectionDoor,
      useFactory: (configuration: Configuration) => new ConnectionDoor(configuration),
      inject: [CONFIGURATION],
    },
  ],
})
export class GatewayModule {}
