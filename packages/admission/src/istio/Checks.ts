/** What the checks of all kinds of Istio share: the object, and what is wrong with it. */
import { Findings } from '../findings';
import { Fields, fieldOf, isFields, textOf } from '../json';

/** One object that has passed its schema, as its check sees it. */
export class IstioObject {
  static create(object: Fields, findings: Findings): IstioObject {
    return new IstioObject(object, findings);
  }

  readonly spec: Fields;
  readonly name: string;
  readonly namespace: string;

  private constructor(
    private readonly object: Fields,
    private readonly findings: Findings,
  ) {
    const spec = fieldOf(object, 'spec');
    this.spec = isFields(spec) ? spec : {};
    const metadata = fieldOf(object, 'metadata');
    this.name = textOf(metadata, 'name') ?? '';
    this.namespace = textOf(metadata, 'namespace') || 'default';
  }

  annotation(name: string): string | undefined {
    return textOf(
      fieldOf(fieldOf(this.object, 'metadata'), 'annotations'),
      name,
    );
  }

  label(name: string): string | undefined {
    return textOf(fieldOf(fieldOf(this.object, 'metadata'), 'labels'), name);
  }

  refuse(field: string, message: string): void {
    this.findings.add(field, `${message} (Istio's webhook)`);
  }

  /** For what upstream checks and this does not. */
  leaveOpen(field: string, message: string): void {
    this.findings.addBeyond(field, message);
  }

  /** Where a check gives what is wrong, or nothing. */
  refuseIf(wrong: string | undefined, field: string): void {
    if (wrong !== undefined) {
      this.refuse(field, wrong);
    }
  }
}

export type IstioCheck = (object: IstioObject) => void;
