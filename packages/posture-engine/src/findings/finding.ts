/** Findings: the verdicts of controls about subjects, as everything downstream carries them. */
import {
  Enforcement,
  Evidence,
  Fix,
  Pillar,
  Severity,
  Verdict,
  Witness,
} from '../controls/control';
import { MissingAccess, WorkloadReference } from '../snapshot';

/** What a finding is about: a workload, or a port of it (null: every port that nothing names). */
export interface Subject extends WorkloadReference {
  port?: number | null;
}

/** A bounded permission to fail. */
export interface Exemption {
  control: string;
  /** Fields left out match every subject. */
  subject: Partial<WorkloadReference>;
  reason: string;
  owner: string;
  approver: string;
  /** ISO 8601; from this instant on the exemption no longer counts. */
  expires: string;
}

export interface Finding {
  control: string;
  title: string;
  pillar: Pillar;
  subject: Subject;
  verdict: Verdict;
  severity: Severity;
  enforcement: Enforcement;
  /** Who can do what; for a pass the proof, for an unknown what is missing. */
  message: string;
  because?: string;
  evidence: Evidence[];
  witness?: Witness;
  fix?: Fix;
  /** For `unknown`: the rights that somebody would have to grant. */
  missing?: MissingAccess[];
  exemption?: Exemption;
}
