import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { RoleUndeclaredError } from './policy.errors.ts';
import { neededRolesOf } from './role.guard.ts';

/** What Nest's decorators leave on a method that a client can reach: of routes, and of socket messages. */
const ROUTE_METHOD = 'method';
const SOCKET_MESSAGE = 'websockets:message_mapping';

/** Fails the start where a route or socket message says nothing of who may use it. */
@Injectable()
export class DeclaredRoles implements OnModuleInit {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  onModuleInit(): void {
    const undeclared = this.handlers().filter(({ handler, owner }) => neededRolesOf(handler, owner) === undefined);
    if (undeclared.length > 0) throw new RoleUndeclaredError(undeclared.map(({ name }) => name));
  }

  private handlers(): readonly { readonly name: string; readonly handler: object; readonly owner: object }[] {
    const all = [...this.discovery.getControllers(), ...this.discovery.getProviders()];
    return all.flatMap(({ metatype }) => {
      if (typeof metatype !== 'function' || typeof metatype.prototype !== 'object') return [];
      const prototype = metatype.prototype as Record<string, unknown>;
      return this.scanner.getAllMethodNames(prototype).flatMap((method) => {
        const handler = prototype[method];
        if (typeof handler !== 'function' || !isReachable(handler)) return [];
        return [{ name: `${metatype.name}.${method}`, handler, owner: metatype }];
      });
    });
  }
}

function isReachable(handler: object): boolean {
  return Reflect.hasMetadata(ROUTE_METHOD, handler) || Reflect.hasMetadata(SOCKET_MESSAGE, handler);
}
