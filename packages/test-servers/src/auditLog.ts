/** The API server's own record of who asked for what, and what it answered. */
import { readFile } from 'node:fs/promises';

/** The parts of an `audit.k8s.io/v1` Event that tests look at. */
export interface AuditEvent {
  stage: string;
  verb: string;
  requestURI: string;
  user: { username: string };
  objectRef?: {
    resource?: string;
    subresource?: string;
    apiGroup?: string;
    namespace?: string;
    name?: string;
  };
  responseStatus?: { code?: number };
  /** Present for the requests that {@link auditPolicy} records whole. */
  responseObject?: { kind?: string; [field: string]: unknown };
}

/**
 * Everything by its metadata; what is asked about Secrets with the whole
 * answer, since only that tells a list of names from a list of secrets.
 */
export function auditPolicy(): object {
  return {
    apiVersion: 'audit.k8s.io/v1',
    kind: 'Policy',
    omitStages: ['RequestReceived'],
    rules: [
      {
        level: 'RequestResponse',
        userGroups: ['system:authenticated'],
        resources: [{ group: '', resources: ['secrets'] }],
      },
      { level: 'None', users: ['system:apiserver'] },
      { level: 'Metadata' },
    ],
  };
}

export async function readAuditLog(file: string): Promise<AuditEvent[]> {
  const text = await readFile(file, 'utf8');
  return text
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as AuditEvent);
}
