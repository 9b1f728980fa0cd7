/** The fields of a question; what is wrong with them is said before anything is asked. */
import { FormEvent, useEffect, useRef, useState } from 'react';
import {
  Button,
  Combobox,
  TextField,
  ToggleButton,
  ToggleButtonGroup,
} from '@backstage/ui';
import { useMessages } from '../../hooks/useMessages';
import { DIRECTIONS } from '../../connections/peers';
import {
  DraftErrors,
  DraftQuestion,
  OwnWorkload,
  PROTOCOLS,
  readQuestion,
  workloadText,
} from '../../connections/question';
import { oneOf } from '../../posture/order';
import { FilterSelect } from '../page';
import { RequestFields } from './RequestFields';
import type { Asked } from './useAsked';
import styles from './Ask.module.css';

export interface AskFormProps {
  asked: Asked;
  own: readonly OwnWorkload[];
  name: string;
  peers: readonly OwnWorkload[];
  hasMesh: boolean;
}

interface Form {
  /** What the address said when this began. */
  started: string;
  draft: DraftQuestion;
  errors: DraftErrors;
}

function start({ draft, isAsked }: Asked): Form {
  const { errors = {} } = isAsked ? readQuestion(draft) : {};
  return { started: JSON.stringify([draft, isAsked]), draft, errors };
}

export function AskForm({ asked, own, name, peers, hasMesh }: AskFormProps) {
  const t = useMessages();
  const element = useRef<HTMLFormElement>(null);
  const [form, setForm] = useState(() => start(asked));
  const [attempts, setAttempts] = useState(0);
  const fresh = start(asked);
  if (fresh.started !== form.started) {
    setForm(fresh);
  }
  useEffect(() => {
    if (attempts > 0) {
      element.current
        ?.querySelector<HTMLElement>('[aria-invalid="true"]')
        ?.focus();
    }
  }, [attempts]);
  const { draft, errors } = form;
  const change = (changes: Partial<DraftQuestion>) =>
    setForm({ ...form, draft: { ...draft, ...changes } });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const read = readQuestion(draft);
    if (read.errors) {
      setForm({ ...form, errors: read.errors });
      setAttempts(attempts + 1);
    } else {
      asked.ask(draft);
    }
  };
  const write = (changes: Pick<DraftQuestion, 'peer'> | { port: string }) =>
    setForm({
      ...form,
      draft: { ...draft, ...changes },
      errors: {
        ...errors,
        ...('peer' in changes ? { peer: undefined } : { port: undefined }),
      },
    });
  return (
    <form ref={element} className={styles.form} noValidate onSubmit={submit}>
      <ToggleButtonGroup
        aria-label={t('connections.direction')}
        selectionMode="single"
        disallowEmptySelection
        selectedKeys={[draft.direction]}
        onSelectionChange={keys => {
          const [key] = keys;
          const direction = oneOf(DIRECTIONS, String(key));
          if (direction) {
            change({ direction });
          }
        }}
      >
        {DIRECTIONS.map(direction => (
          <ToggleButton key={direction} id={direction}>
            {t(`ask.direction.${direction}`, { name })}
          </ToggleButton>
        ))}
      </ToggleButtonGroup>
      <div className={styles.fields}>
        <OwnField
          chosen={draft.own}
          own={own}
          choose={chosen => change({ own: chosen })}
        />
        <div className={styles.peer}>
          <Combobox
            label={t('ask.peer')}
            size="small"
            placeholder={t('ask.peerExample')}
            allowsCustomValue
            // On focus the list would cover what is said to be wrong.
            menuTrigger="input"
            options={suggestionsFor(draft, peers).map(text => ({
              value: text,
              label: text,
            }))}
            inputValue={draft.peer}
            onInputChange={peer => write({ peer })}
            validationBehavior="aria"
            validate={() => errors.peer && t(`ask.peerError.${errors.peer}`)}
          />
        </div>
        <div className={styles.port}>
          <TextField
            label={t('ask.port')}
            size="small"
            inputMode="numeric"
            autoComplete="off"
            value={draft.port}
            onChange={port => write({ port })}
            validationBehavior="aria"
            validate={() => errors.port && t('ask.portError')}
          />
        </div>
        <FilterSelect
          label={t('ask.protocol')}
          value={draft.protocol}
          isNeeded
          options={PROTOCOLS.map(protocol => ({
            value: protocol,
            label: protocol,
          }))}
          onChange={value => {
            const protocol = oneOf(PROTOCOLS, value);
            if (protocol) {
              change({ protocol });
            }
          }}
        />
        <div className={styles.submit}>
          <Button type="submit" variant="primary" size="small">
            {t('ask.ask')}
          </Button>
        </div>
      </div>
      <p className={styles.hint}>{t('ask.portHint')}</p>
      <RequestFields
        request={draft.request}
        errors={errors}
        write={(field, text) =>
          setForm({
            ...form,
            draft: { ...draft, request: { ...draft.request, [field]: text } },
            errors: { ...errors, [field]: undefined },
          })
        }
        hasMesh={hasMesh}
      />
    </form>
  );
}

/** Where no peer is called so, what is written itself: a list that says "nothing found" would call it wrong. */
function suggestionsFor(
  { peer, own: { cluster } }: DraftQuestion,
  peers: readonly OwnWorkload[],
): string[] {
  const names = peers
    .filter(known => known.cluster === cluster)
    .map(({ workload }) => workloadText(workload));
  const written = peer.trim();
  const hasMatch = names.some(name =>
    name.toLocaleLowerCase().includes(written.toLocaleLowerCase()),
  );
  return hasMatch || written === '' ? [...new Set(names)].sort() : [peer];
}

interface OwnFieldProps {
  chosen: OwnWorkload;
  own: readonly OwnWorkload[];
  choose: (chosen: OwnWorkload) => void;
}

/** Nothing where there is but one workload to choose. */
function OwnField({ chosen, own, choose }: OwnFieldProps) {
  const t = useMessages();
  const valueOf = ({ cluster, workload }: OwnWorkload) =>
    `${workloadText(workload)} · ${cluster}`;
  const isKnown = own.some(one => valueOf(one) === valueOf(chosen));
  // What a link asks about is shown even if it is not the service's (any more).
  const options = isKnown ? own : [...own, chosen];
  if (options.length === 1) {
    return null;
  }
  const isOneCluster = new Set(options.map(({ cluster }) => cluster)).size < 2;
  return (
    <div className={styles.own}>
      <FilterSelect
        label={t('ask.own')}
        value={valueOf(chosen)}
        isNeeded
        options={options.map(one => ({
          value: valueOf(one),
          label: isOneCluster ? workloadText(one.workload) : valueOf(one),
        }))}
        onChange={value => {
          const next = options.find(one => valueOf(one) === value);
          if (next) {
            choose(next);
          }
        }}
      />
    </div>
  );
}
