"""Text made comparable, character by character, so that every place still points into the person's own words."""

import re

_TRADITIONAL = (
    "線线買买賣卖損损倉仓時时鐘钟鍾钟開开盤盘價价與与於于當当進进場场離离間间週周個个點点單单動动蹤踪軌轨帶带現现貨货約约"
    "雙双號号幣币為为後后過过滿满資资額额變变換换設设無无選选從从轉转負负紅红綠绿標标漲涨確确認认請请嗎吗還还沒没會会長长"
    "數数據据級级別别參参並并兩两條条達达內内應应該该亞亚則则說说這这個个對对給给讓让開开關关閉闭繼继續续簡简權权加加際际"
    "陽阳陰阴續续狀状連连獲获讓让創创歷历縮缩擴扩壓压撐撑幾几嚴严萬万東东絲丝亂乱爭争產产畝亩傳传傷伤優优儲储兌兑兇凶內内冊册軍军農农凍冻減减劃划劇剧動动勞劳勢势務务勝胜匯汇區区協协單单厲厉參参雙双"
    "發发叢丛臺台葉叶嚇吓員员問问啟启噴喷團团園园圍围國国圓圆場场塊块報报壞坏夠够奪夺奮奋妝妆媽妈學学寧宁寶宝審审寫写專专尋寻導导將将屆届屬属歲岁島岛嶺岭帳帐幣币幹干庫库廠厂廣广張张彈弹彎弯後后徑径"
    "徹彻復复恆恒態态慣惯憑凭憶忆懷怀戰战戲戏戶户拋抛揮挥擇择擔担據据擠挤擬拟擺摆攔拦攝摄攤摊敗败敵敌斷断舊旧晝昼暫暂曆历書书棄弃檔档櫃柜檢检歐欧歸归殘残殺杀決决況况測测湊凑準准溫温滾滚滿满滯滞漲涨"
    "潛潜澤泽濟济無无煩烦熱热獎奖獨独環环現现畫画畢毕監监盤盘盡尽確确碼码礎础禮礼穩稳積积競竞筆笔節节範范築筑類类級级紀纪純纯紙纸細细終终組组結结絕绝統统經经維维綜综緊紧緒绪編编緩缓總总績绩織织繪绘"
    "繞绕聯联聲声聽听職职脈脉腦脑膽胆臨临與与興兴舉举薦荐藍蓝藝艺虛虚術术衝冲補补裝装製制複复見见規规視视覺觉覽览觀观計计訂订討讨訊讯記记許许設设訴诉診诊評评詞词詢询試试該该詳详誇夸認认誤误誰谁課课"
    "談谈論论諾诺謀谋謹谨證证識识譜谱護护變变貝贝財财責责貴贵買买費费貼贴資资賠赔賬账質质購购贏赢趕赶趨趋躍跃車车軟软較较載载輔辅輪轮輯辑輸输輕轻辦办辭辞迴回遊游運运過过違违遞递遠远適适遲迟選选還还"
    "邊边邏逻釋释針针釘钉鈕钮銀银銷销鋒锋錄录錢钱錯错鎖锁鏈链鏡镜鐵铁鑽钻長长門门閃闪閉闭間间閱阅關关陣阵陸陆險险隊队階阶際际隨随隱隐雖虽雜杂難难電电靈灵靜静響响頁页項项順顺須须預预頓顿領领頭头頻频"
    "題题額额顏颜願愿顧顾顯显風风飛飞餘余館馆馬马駕驾騰腾驅驱驗验驚惊鬆松鬥斗點点齊齐齡龄龍龙龜龟麼么吋寸佔占併并佈布採采儘尽佇伫箇个裡里裏里鍾钟纔才祇只沒没嘗尝檯台氣气嗎吗來来係系緣缘線线幫帮樂乐"
    "業业義义從从僅仅倉仓債债價价會会條条"
    "蘋苹穀谷遷迁頂顶處处實实際际黃黄亡亡圖图種种樣样試试極极穩稳調调減减強强弱弱異异隨随機机擊击穿穿漸渐賺赚虧亏"
)
_SAME_LENGTH = {ord(old): new for old, new in zip(_TRADITIONAL[::2], _TRADITIONAL[1::2], strict=True)}
_SAME_LENGTH |= {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_SAME_LENGTH |= {0x3000: " ", 0x2019: "'", 0x2018: "'", 0x2013: "-", 0x2014: "-", 0x2212: "-", 0x00A0: " "}


def comparable(text: str) -> str:
    """Lower case, half width, simplified characters; exactly as long as ``text``."""
    mapped = text.translate(_SAME_LENGTH)
    lowered = mapped.lower()
    if len(lowered) == len(mapped):
        return lowered
    return "".join(low if len(low := char.lower()) == 1 else char for char in mapped)


def is_chinese(text: str) -> bool:
    return any("\u3400" <= char <= "\u9fff" for char in text)


# tickers, figures and names of indicators are written alike in every language
_OF_NO_LANGUAGE = re.compile(r"(?<![a-z])[A-Z0-9][A-Z0-9/.:%_-]*(?![a-z])|\d+\s?(?:min|[mhdw])\b")


def spoken_language(text: str) -> str | None:
    """The language of the message, ``en`` or ``zh-hans``; None where it has no words of either."""
    if is_chinese(text):
        return "zh-hans"
    words = _OF_NO_LANGUAGE.sub(" ", text)
    return "en" if sum(char.isascii() and char.isalpha() for char in words) >= 2 else None


def reply_language(text: str, fallback: str) -> str:
    """The language of the message; the fallback where it has none."""
    return spoken_language(text) or ("zh-hans" if fallback.lower().startswith("zh") else "en")
