import { ApiProperty } from '@nestjs/swagger';
import { type Role, roles } from '../kernel/roles.ts';
import type { KeyRecord } from '../policy/index.ts';
import { ChoiceField, NumberField, TextField } from './fields.dto.ts';

const MIN_SECONDS = 60;
const MAX_SECONDS = 315_360_000;

export class NewKeyDto {
  @TextField({ description: 'What the key is for: shown in lists', example: 'nightly build', maxLength: 100 })
  name!: string;

  @ChoiceField({
    description: 'What its holder may: viewers read, operators act, workers do the work of workers, admins all of it',
    example: 'operator',
    choices: roles,
  })
  role!: Role;

  @NumberField({
    description: 'After how many seconds it expires. Default: never',
    example: 7_776_000,
    min: MIN_SECONDS,
    max: MAX_SECONDS,
    optional: true,
  })
  expiresInSeconds?: number;
}

const time = (description: string) => ({
  type: String,
  format: 'date-time',
  description,
  example: '2026-11-27T09:00:00.000Z',
});

export class KeyDto implements KeyRecord {
  @ApiProperty({ type: String, description: 'Names the key; says nothing of the rest', example: '0f3a5c7e9b1d2f48' })
  id!: string;

  @ApiProperty({ type: String, description: 'What the key is for', example: 'nightly build' })
  name!: string;

  @ApiProperty({ type: String, enum: [...roles], description: 'What its holder may', example: 'operator' })
  role!: Role;

  @ApiProperty(time('When it was made'))
  createdAt!: string;

  @ApiProperty({ type: String, description: 'The name of the key it was made with', example: 'first-admin' })
  createdBy!: string;

  @ApiProperty({ ...time('When it was last used, to the minute; null: never'), nullable: true })
  lastUsedAt!: string | null;

  @ApiProperty({ ...time('When it expires; null: never'), nullable: true })
  expiresAt!: string | null;

  @ApiProperty({ ...time('When it was revoked; null: it is not'), nullable: true })
  revokedAt!: string | null;
}

export class CreatedKeyDto extends KeyDto {
  @ApiProperty({
    type: String,
    description: 'The key itself. Nobody can be told again: only its hash is kept',
    example: 'tlk_0f3a5c7e9b1d2f48_<43 more characters>',
  })
  key!: string;
}

export class KeyListDto {
  @ApiProperty({ type: () => KeyDto, isArray: true, description: 'The newest first', example: [] })
  keys!: readonly KeyDto[];
}
