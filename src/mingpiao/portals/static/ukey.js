// Signs in by the UKey agent on this machine: first it finds the keys, then it has a challenge signed.
"use strict";

(() => {
  const part = document.getElementById("ukey");
  if (!part) return;
  const form = document.getElementById("ukey-form");
  const [ask, keys, pin, told, go] = ["ask", "key", "pin", "told", "go"].map((name) => document.getElementById(`ukey-${name}`));
  const agent = part.dataset.agent;
  const certificates = new Map();
  part.hidden = false;

  async function call(address, body) {
    const given = body && { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
    let answer;
    try {
      answer = await fetch(agent + address, given);
    } catch {
      throw new Error("没有找到 UKey 助手，或助手没有允许本网站。请在本机启动 UKey 助手后重试。");
    }
    const content = await answer.json();
    if (!answer.ok) throw new Error(content.message);
    return content;
  }

  async function find() {
    const found = await call("/v1/keys");
    if (!found.length) throw new Error("UKey 助手中没有已安装证书的密钥。");
    keys.replaceChildren(...found.map((key) => new Option(key.name, key.key_id)));
    for (const key of found) certificates.set(key.key_id, key.certificate);
    ask.hidden = false;
    go.textContent = "登录";
    go.classList.add("btn-primary");
    told.textContent = "";
    pin.focus();
  }

  async function sign() {
    if (!pin.value) throw new Error("请输入 PIN。");
    const sent = new URLSearchParams(new FormData(form));
    const answer = await fetch("/login/ukey/challenge", { method: "POST", body: sent, credentials: "same-origin" });
    if (!answer.ok) throw new Error("登录页已失效，请刷新后重试。");
    const { challenge, origin } = await answer.json();
    if (origin !== location.origin) throw new Error(`UKey 只能在 ${origin} 登录，请从这个网址打开登录页。`);
    const signed = await call("/v1/sign", { key_id: keys.value, pin: pin.value, challenge });
    form.elements.challenge.value = challenge;
    form.elements.certificate.value = signed.certificate;
    form.elements.signature.value = signed.signature;
    form.submit();
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    go.disabled = true;
    told.textContent = ask.hidden ? "正在连接 UKey 助手……" : "正在签名……";
    try {
      await (ask.hidden ? find() : sign());
    } catch (error) {
      told.textContent = error.message;
      if (!ask.hidden) pin.focus();
    } finally {
      pin.value = "";
      go.disabled = false;
    }
  });
})();
