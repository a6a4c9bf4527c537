import { Dialog } from '../parts/dialog.tsx';
import { Small } from '../parts/layout.tsx';
import { SecretBox } from '../parts/secret-box.tsx';
import { useWords } from '../words/language.tsx';
import { accountsWords } from './words.ts';

/** A one-time password and whose it is. */
export interface ShownPassword {
  readonly email: string;
  readonly password: string;
}

interface OneTimePasswordProps {
  readonly shown: ShownPassword | null;
  readonly onDone: () => void;
}

/** Shows a one-time password, once, to be handed over. */
export function OneTimePassword({ shown, onDone }: OneTimePasswordProps) {
  const t = useWords(accountsWords);
  return (
    <Dialog title={t('oneTimePassword')} opened={shown !== null} onClose={onDone} firm>
      {shown !== null && (
        <>
          <Small>{t('handOver')}</Small>
          <SecretBox label={t('passwordOf', { email: shown.email })} secret={shown.password} onDone={onDone} />
        </>
      )}
    </Dialog>
  );
}
