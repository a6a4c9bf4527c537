import '@mantine/core/styles.css';
import { MantineProvider, Title } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <MantineProvider defaultColorScheme="auto" withCssVariables={false} withGlobalClasses={false}>
      <QueryClientProvider client={new QueryClient()}>
        <main>
          <Title>Passdesk</Title>
          <a href="/docs">API reference</a>
        </main>
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
