import { Body, Delete, Get, Param, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiParam } from '@nestjs/swagger';
import { systemClock } from '../kernel/clock.ts';
import { Access, Caller, NeedsRole, type Principal } from '../policy/index.ts';
import { CreatedKeyDto, KeyDto, KeyListDto, NewKeyDto } from './keys.dto.ts';
import { Problems, RestController } from './rest.adapter.ts';

/** Who may ask. The keys themselves are kept as hashes. */
@RestController('keys', 'keys')
@NeedsRole('admin')
export class KeysController {
  constructor(private readonly access: Access) {}

  @Get()
  @ApiOperation({
    operationId: 'listKeys',
    summary: 'List keys',
    description: 'Also those that are no longer valid; none of the keys themselves.',
  })
  @ApiOkResponse({ type: KeyListDto, description: 'The newest 2,000' })
  async list(): Promise<KeyListDto> {
    return { keys: await this.access.keys.list() };
  }

  @Post()
  @ApiOperation({
    operationId: 'createKey',
    summary: 'Make a key',
    description: 'The answer is the only place it is shown.',
  })
  @ApiCreatedResponse({ type: CreatedKeyDto, description: 'The key' })
  @Problems({ 400: 'The body is wrong', 413: 'The body is too long, or there are too many keys', 415: 'Not JSON' })
  async create(
    @Body() { name, role, expiresInSeconds }: NewKeyDto,
    @Caller() caller: Principal,
  ): Promise<CreatedKeyDto> {
    const expiresAt = expiresInSeconds === undefined ? null : systemClock() + expiresInSeconds * 1000;
    const { record, key } = await this.access.keys.create({ name, role, expiresAt, createdBy: caller.name });
    return { ...record, key };
  }

  @Delete(':id')
  @ApiParam({
    name: 'id',
    description: 'The key',
    schema: { type: 'string', minLength: 1, maxLength: 64, example: '0f3a5c7e9b1d2f48' },
  })
  @ApiOperation({
    operationId: 'revokeKey',
    summary: 'Revoke a key',
    description: 'It is good for nothing from now on, and what is connected with it is ended. Safe to repeat.',
  })
  @ApiOkResponse({ type: KeyDto, description: 'The revoked key' })
  @Problems({ 404: 'There is no such key' })
  async revoke(@Param('id') id: string, @Caller() caller: Principal): Promise<KeyDto> {
    const revoked = await this.access.keys.revoke(id, caller.name);
    // The answer first: the key may be that of the caller.
    setImmediate(() => void this.access.held.look());
    return revoked;
  }
}
