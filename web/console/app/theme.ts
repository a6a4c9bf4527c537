import { createTheme } from '@mantine/core';

/** Only names and sizes; the colours behind them are in style/theme.css. */
export const theme = createTheme({
  primaryColor: 'teal',
  respectReducedMotion: true,
  cursorType: 'pointer',
  components: {
    InputWrapper: { defaultProps: { inputWrapperOrder: ['label', 'input', 'description', 'error'] } },
    Button: { defaultProps: { size: 'sm' } },
    TextInput: { defaultProps: { size: 'sm' } },
    PasswordInput: { defaultProps: { size: 'sm' } },
    Select: { defaultProps: { size: 'sm', withCheckIcon: false } },
    // The head of a dialog is no banner of the page, as a header element beside the page's own would be.
    Modal: { defaultProps: { transitionProps: { duration: 120 }, attributes: { header: { role: 'none' } } } },
    Menu: { defaultProps: { transitionProps: { duration: 80 }, shadow: 'md' } },
  },
});
