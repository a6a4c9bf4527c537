/** @jsxImportSource preact */
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Desk } from './desk.ts';

/** What the camera sees, with the square that is read. */
export function Viewfinder({ desk, hint }: { readonly desk: Desk; readonly hint: string }) {
  const { camera } = desk.state;
  const { page } = desk.words;
  const video = useRef<HTMLVideoElement>(null);
  // Before anything is painted: later, the screen that was left could take the camera off the one that is shown.
  useLayoutEffect(() => {
    desk.camera.showOn(video.current);
    return () => desk.camera.showOn(null);
  }, [desk]);
  const told = {
    off: '',
    starting: page.cameraStarting,
    on: '',
    denied: page.cameraDenied,
    missing: page.cameraMissing,
    insecure: page.cameraInsecure,
  };
  return (
    <div class="viewfinder" data-camera={camera}>
      <div class="view" hidden={camera !== 'on'}>
        <video ref={video} muted playsInline aria-hidden="true" tabIndex={-1} />
        <span class="corners" aria-hidden="true" />
        {camera === 'on' && desk.camera.hasTorch && <Torch desk={desk} />}
      </div>
      <p class="hint">{told[camera] === '' ? hint : told[camera]}</p>
    </div>
  );
}

/** Switches the camera on and off; it is on again when the page is opened again. */
export function CameraSwitch({ desk }: { readonly desk: Desk }) {
  const { camera } = desk.state;
  const { page } = desk.words;
  const runs = camera === 'on' || camera === 'starting';
  return (
    <button type="button" onClick={() => desk.change({ camera: !runs })}>
      {runs ? page.cameraOff : page.cameraOn}
    </button>
  );
}

function Torch({ desk }: { readonly desk: Desk }) {
  const [on, setOn] = useState(false);
  return (
    <button
      type="button"
      class="torch"
      aria-pressed={on}
      onClick={() => {
        setOn(!on);
        void desk.camera.setTorch(!on);
      }}
    >
      {desk.words.page.torch}
    </button>
  );
}
