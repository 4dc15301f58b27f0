// Reads the QR symbol of a bill from the camera or a picture, here in the browser: nothing is sent but
// the code, number and hash that it holds. Browsers that can read such symbols do so; for others jsQR does.
"use strict";

(() => {
  const root = document.querySelector("[data-scanner]");
  const live = root.querySelector("[data-scanner-live]");
  const start = root.querySelector("[data-scanner-start]");
  const torch = root.querySelector("[data-scanner-torch]");
  const video = root.querySelector("video");
  const picture = root.querySelector("input[type=file]");
  const status = root.querySelector("[data-scanner-status]");
  const LONGEST_SIDE = 1600;
  const INTERVAL = 200;
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  let reader = null;

  // The address that the symbol should hold; only its three values are followed, never its site.
  function target(text) {
    try {
      const plain = text.trim().replace(/&amp;/g, "&").replace(/[。．，、；！？）》】”\s]+$/u, "");
      const query = new URL(plain, location.origin).searchParams;
      const code = query.get("c") || "", number = query.get("n") || "", hash = query.get("h") || "";
      if (!/^[0-9]{8}$/.test(code) || !/^[0-9]{10}$/.test(number) || !/^[0-9a-f]{64}$/i.test(hash)) return null;
      return `/verify?c=${code}&n=${number}&h=${hash}`;
    } catch {
      return null;
    }
  }

  function loadScript(address) {
    return new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = address;
      script.onload = resolve;
      script.onerror = () => reject(new Error("script"));
      document.head.append(script);
    });
  }

  async function makeReader() {
    if ("BarcodeDetector" in window) {
      const formats = await BarcodeDetector.getSupportedFormats();
      if (formats.includes("qr_code")) {
        const detector = new BarcodeDetector({ formats: ["qr_code"] });
        return async (source) => (await detector.detect(source))[0]?.rawValue || "";
      }
    }
    await loadScript(root.dataset.jsqr);
    return async (source) => {
      const width = source.videoWidth || source.width, height = source.videoHeight || source.height;
      const scale = Math.min(1, LONGEST_SIDE / Math.max(width, height));
      canvas.width = Math.round(width * scale);
      canvas.height = Math.round(height * scale);
      context.drawImage(source, 0, 0, canvas.width, canvas.height);
      const pixels = context.getImageData(0, 0, canvas.width, canvas.height);
      return jsQR(pixels.data, pixels.width, pixels.height)?.data || "";
    };
  }

  async function read(source) {
    reader ||= await makeReader();
    return reader(source);
  }

  function follow(text) {
    const address = target(text);
    if (!address) return false;
    status.textContent = "已识别，正在查验…";
    location.assign(address);
    return true;
  }

  async function watch() {
    if (!video.srcObject) return;
    const text = await read(video);
    if (text && follow(text)) {
      video.srcObject.getTracks().forEach((track) => track.stop());
      torch.hidden = true;
      return;
    }
    status.textContent = text ? "无效的电子票据二维码，未识别到有效电子票据信息。" : "请将二维码放在画面中间。";
    setTimeout(watch, INTERVAL);
  }

  start.addEventListener("click", async () => {
    try {
      video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      video.hidden = false;
      await video.play();
      start.hidden = true;
      const [track] = video.srcObject.getVideoTracks();
      torch.hidden = !track?.getCapabilities?.().torch;
      await watch();
    } catch {
      status.textContent = "无法使用摄像头。请选择含有二维码的图片，或改用输入查验。";
    }
  });

  // Only shown where the camera that was chosen has a light.
  torch.addEventListener("click", async () => {
    const on = torch.getAttribute("aria-pressed") !== "true";
    try {
      await video.srcObject.getVideoTracks()[0].applyConstraints({ advanced: [{ torch: on }] });
      torch.setAttribute("aria-pressed", String(on));
      torch.textContent = on ? "关闭补光灯" : "打开补光灯";
    } catch {
      status.textContent = "补光灯无法使用，请到亮处扫描。";
    }
  });

  picture.addEventListener("change", async () => {
    if (!picture.files.length) return;
    status.textContent = "正在识别…";
    try {
      const text = await read(await createImageBitmap(picture.files[0]));
      if (!follow(text)) status.textContent = "无效的电子票据二维码，未识别到有效电子票据信息。请换一张清晰的图片。";
    } catch {
      status.textContent = "图片无法读取，请换一张图片，或改用输入查验。";
    }
  });

  live.hidden = false;
  if (!navigator.mediaDevices?.getUserMedia) start.hidden = true;
})();
