/** The part of a question that describes an HTTP request and who sends it; closed until somebody wants it. */
import { ReactNode, useState } from 'react';
import { RiArrowRightSLine } from '@remixicon/react';
import { Combobox, TextAreaField, TextField } from '@backstage/ui';
import { useMessages } from '../../hooks/useMessages';
import {
  DraftRequest,
  METHODS,
  REQUEST_FIELDS,
  RequestErrors,
  RequestField,
} from '../../connections/request';
import styles from './Ask.module.css';

export interface RequestFieldsProps {
  request: DraftRequest;
  errors: RequestErrors;
  write: (field: RequestField, text: string) => void;
  /** Without a mesh nobody asks who sends it. */
  hasMesh: boolean;
}

const HTTP: readonly RequestField[] = ['method', 'path', 'host', 'headers'];

export function RequestFields({
  request,
  errors,
  write,
  hasMesh,
}: RequestFieldsProps) {
  const t = useMessages();
  // What a link says is shown, mesh or not.
  const isSaid = (field: RequestField) => request[field] !== '';
  const isCalledFor = REQUEST_FIELDS.some(isSaid);
  const [isOpen, setOpen] = useState(isCalledFor);
  const hasCaller =
    hasMesh ||
    REQUEST_FIELDS.some(field => !HTTP.includes(field) && isSaid(field));
  const shared = (field: RequestField) => ({
    label: t(`ask.request.${field}`),
    size: 'small' as const,
    autoComplete: 'off',
    value: request[field],
    onChange: (text: string) => write(field, text),
    validationBehavior: 'aria' as const,
  });
  return (
    <details
      className={styles.request}
      open={isOpen || Object.values(errors).some(Boolean)}
      onToggle={({ currentTarget }) => setOpen(currentTarget.open)}
    >
      <summary className={styles.summary}>
        <RiArrowRightSLine
          size={20}
          className={styles.arrow}
          aria-hidden="true"
        />
        {hasMesh ? t('ask.request.labelMesh') : t('ask.request.label')}
      </summary>
      <div className={styles.groups}>
        <Group>
          <div className={styles.method}>
            <Combobox
              label={t('ask.request.method')}
              size="small"
              allowsCustomValue
              menuTrigger="input"
              options={METHODS.map(method => ({
                value: method,
                label: method,
              }))}
              inputValue={request.method}
              onInputChange={text => write('method', text)}
              validationBehavior="aria"
              validate={() => errors.method && t('ask.request.methodError')}
            />
          </div>
          <div className={styles.wide}>
            <TextField
              {...shared('path')}
              placeholder="/orders/1"
              validate={() => errors.path && t('ask.request.pathError')}
            />
          </div>
          <div className={styles.wide}>
            <TextField {...shared('host')} />
          </div>
          <div className={styles.whole}>
            <TextAreaField
              {...shared('headers')}
              rows={2}
              placeholder="x-team: shop"
              validate={() =>
                errors.headers &&
                t(`ask.request.headersError.${errors.headers}`)
              }
            />
          </div>
        </Group>
        {hasCaller && (
          <Group>
            <div className={styles.whole}>
              <TextField
                {...shared('principal')}
                placeholder="spiffe://cluster.local/ns/shop/sa/web"
                description={t('ask.request.principalHint')}
                validate={() =>
                  errors.principal && t('ask.request.principalError')
                }
              />
            </div>
            <div className={styles.wide}>
              <TextField
                {...shared('issuer')}
                placeholder="https://login.example"
              />
            </div>
            <div className={styles.wide}>
              <TextField {...shared('subject')} />
            </div>
            <div className={styles.wide}>
              <TextField {...shared('audiences')} />
            </div>
            <div className={styles.whole}>
              <TextAreaField
                {...shared('claims')}
                rows={2}
                placeholder='{"groups": ["admins"]}'
                validate={() => errors.claims && t('ask.request.claimsError')}
              />
            </div>
          </Group>
        )}
        <p className={styles.hint}>
          {hasCaller ? t('ask.request.hintMesh') : t('ask.request.hint')}
        </p>
      </div>
    </details>
  );
}

function Group({ children }: { children: ReactNode }) {
  return <div className={styles.fields}>{children}</div>;
}
