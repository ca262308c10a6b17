import { postgresEventLog } from '../../test/support/event-log.ts';
import { describeOnPostgres } from '../../test/support/postgres.ts';
import { workOrderContract } from './work-order.contract.ts';

describeOnPostgres('the order of the queue on PostgreSQL [OR-17]', () => workOrderContract(postgresEventLog));
