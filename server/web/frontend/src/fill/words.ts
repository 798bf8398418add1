// What ODK Web Forms says by itself, in the language of the page. The build puts `say` around each of these texts where
// Web Forms has them, and fails for one that is no longer there; PrimeVue, which it is made with, takes CALENDAR.

/** The texts of the two parts of Web Forms: the English one, then ours. */
export const WORDS = {
  form: {
    "Send": "送出",
    "change language": "换一种语言",
    "Change language": "换一种语言",
    " Okay ": "知道了",
    " Add ": "添加",
    "Remove": "去掉",
    "Repeat Item": "一项",
    "Rank items": "排出先后",
    "Take picture": "拍照",
    "Choose image": "选一张照片",
    "Captured image preview": "照片预览",
    "Get location": "取位置",
    "Try again": "再试一次",
    "Cancel": "取消",
    "Save location": "用这个位置",
    "Finding your location": "正在取位置",
    "Time taken to capture location: ": "已用时间：",
    " Location will be saved at ": "精度到这个数就取下：",
    " Previous saved location at ": "上一次取到的精度：",
    "Good accuracy": "精度好",
    "Poor accuracy": "精度差",
    "Unknown accuracy": "精度不知道",
    "Accuracy: ": "精度：",
    "Latitude: ": "纬度：",
    "Longitude: ": "经度：",
    "Cannot access location": "取不到位置",
    "Grant location permission in the browser settings and make sure location is turned on.":
      "请在浏览器里允许取位置，并打开手机的定位。",
    "Location unavailable. Enable GPS and browser permissions, then restart the form to try again.":
      "取不到位置。请打开定位，在浏览器里允许，再重新打开这张表。",
    "1 question with error.": "有 1 题还要看一看。",
    " questions with errors.": " 题还要看一看。",
    "Condition not satisfied: constraint": "这样填不合适，请再看一看。",
    "Condition not satisfied: required": "这一题还没有填。",
    "Failed to load image.": "这张图片打不开。",
    "Failed to load audio.": "这段声音打不开。",
    "Failed to load video.": "这段影片打不开。",
    "Media not found.": "表单缺这个文件。",
    "An error occurred while loading this form": "这张表打不开",
    "Technical error details": "给管理员看的细节",
  },
  map: {
    "No trace saved": "还没有路线",
    "No shape saved": "还没有范围",
    "No point saved": "还没有点",
    "Trace saved": "路线取下了",
    "Shape saved": "范围取下了",
    "Point saved": "点取下了",
    "Feature saved": "取下了",
    "Capturing location...": "正在取位置……",
    "Remove": "去掉",
    "Remove point": "去掉这个点",
    "Remove selection": "去掉",
    "Save selected": "用这个",
    "View details": "细节",
    "Get location": "取位置",
    "Press and drag to move a point": "按住拖动来移点",
    "Tap to place a point": "点一下放点",
    "Tap to move point": "点一下移点",
    "Use the location button to center on your current location": "用定位按钮回到您所在的地方",
    "Full Screen": "全屏",
    "Zoom to fit": "看全",
    "Zoom to current location": "回到所在的地方",
    "Undo last change": "撤销",
    "Delete": "删去",
    "Cannot access location": "取不到位置",
    "Grant location permission in the browser settings and make sure location is turned on.":
      "请在浏览器里允许取位置，并打开手机的定位。",
    "Graphics issue detected": "这台设备画不出地图",
    "Your browser cannot display the map now. Enable graphics acceleration settings.": "请在浏览器里打开图形加速。",
  },
};

const MONTHS = Array.from({ length: 12 }, (_, number) => `${number + 1}月`);

/** PrimeVue's own: the calendar, and lists that one types into. */
export const CALENDAR = {
  dayNames: ["星期日", "星期一", "星期二", "星期三", "星期四", "星期五", "星期六"],
  dayNamesShort: ["周日", "周一", "周二", "周三", "周四", "周五", "周六"],
  dayNamesMin: ["日", "一", "二", "三", "四", "五", "六"],
  monthNames: MONTHS,
  monthNamesShort: MONTHS,
  chooseYear: "选年",
  chooseMonth: "选月",
  chooseDate: "选日子",
  prevDecade: "前十年",
  nextDecade: "后十年",
  prevYear: "上一年",
  nextYear: "下一年",
  prevMonth: "上个月",
  nextMonth: "下个月",
  today: "今天",
  clear: "清空",
  weekHeader: "周",
  firstDayOfWeek: 1,
  showMonthAfterYear: true,
  emptyFilterMessage: "没有找到",
  emptySearchMessage: "没有找到",
  emptySelectionMessage: "没有选",
  emptyMessage: "没有可选的",
  searchMessage: "有 {0} 项",
  selectionMessage: "选了 {0} 项",
};

/** PrimeVue's own that are only read aloud. */
export const ALOUD = {
  trueLabel: "是",
  falseLabel: "否",
  nullLabel: "没有选",
  selectAll: "全都选了",
  unselectAll: "全都没有选",
  close: "关上",
  previous: "前一个",
  next: "后一个",
  moveTop: "移到最前",
  moveUp: "往前移",
  moveDown: "往后移",
  moveBottom: "移到最后",
  zoomImage: "放大照片",
  zoomIn: "放大",
  zoomOut: "缩小",
  rotateRight: "向右转",
  rotateLeft: "向左转",
  listLabel: "可选的",
};

/** What Web Forms says in English as programmers do. */
const PLAIN: Record<string, string> = {
  "1 question with error.": "1 question to look at again.",
  " questions with errors.": " questions to look at again.",
  "Condition not satisfied: constraint": "This does not fit. Have another look.",
  "Condition not satisfied: required": "This is not answered yet.",
  " Okay ": "OK",
};

const OURS: Record<string, string> = { ...WORDS.form, ...WORDS.map };

export function isChinese(): boolean {
  return document.documentElement.lang.startsWith("zh");
}

/** A text of Web Forms in the page's language. */
export function say(text: string): string {
  return (isChinese() ? OURS : PLAIN)[text] ?? text;
}
