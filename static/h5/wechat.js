// 微信支付 inside WeChat: opens its cashier with what the server has signed, then lets the server ask what became of it.
(function () {
  "use strict";
  var button = document.querySelector("[data-wechat-pay]");
  if (!button) return;
  var look = document.querySelector("form[data-wechat-look]");
  var asked = JSON.parse(button.dataset.wechatPay);

  function open() {
    if (!window.WeixinJSBridge) return;
    window.WeixinJSBridge.invoke("getBrandWCPayRequest", asked, function (answer) {
      // Its word is no proof: only the server's question to WeChat is.
      if (answer && answer.err_msg === "get_brand_wcpay_request:ok") look.submit();
    });
  }

  button.addEventListener("click", open);
  if (window.WeixinJSBridge) open();
  else document.addEventListener("WeixinJSBridgeReady", open, false);
})();
